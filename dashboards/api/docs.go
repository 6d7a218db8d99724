package api

import (
	"bytes"
	"cmp"
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"hulian/dashboards/assets"
	"hulian/data"
)

//go:embed templates/docs.tmpl
var templates embed.FS

var pages = func() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, lang := range []string{"zh", "en"} {
		all[lang] = template.Must(template.New("docs").Funcs(template.FuncMap{
			"asset": assets.URL,
			"lang":  func() string { return lang },
			"t":     func(zh, en string) string { return data.Text{Zh: zh, En: en}.In(lang) },
		}).ParseFS(templates, "templates/docs.tmpl"))
	}
	return all
}()

// parametersZh explains parameters in Chinese; what the document says of them is English.
var parametersZh = map[string]string{
	"format": "格式，也可以用 Accept 头", "limit": "一次最多多少行", "after": "接续位置，取自 next，不要自行填写", "level": "层级：town、village、branch；member 限有权查看全镇人员者",
	"measure": "指标编号，多个用逗号分隔；不写则为全部", "unit": "单位编号；不写则为该层级全部", "month": "月份，如 2018-01", "from": "起始月份", "to": "截止月份", "restated": "按现在的单位重算以往月份",
	"mart": "数据表编号", "village": "某村的行", "branch": "某支部的行", "export": "某类报表", "code": "某类问题", "file": "文件序号", "state": "状态", "id": "上传编号",
}

// inLang is the part of a description that is in a language: English stands first, Chinese behind it.
func inLang(lang, description string) string {
	at := strings.IndexFunc(description, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	switch {
	case at < 0:
		return description
	case lang == "en":
		return strings.TrimSpace(description[:at])
	}
	return description[at:]
}

// docs answers with the page that explains the API, made of what its document says.
func (a *API) docs(w http.ResponseWriter, r *http.Request) {
	lang := "zh"
	if r.URL.Query().Get("lang") == "en" {
		lang = "en"
	}
	type parameter struct{ Name, Doc string }
	type route struct {
		Method, Path, Summary, Description string
		Parameters                         []parameter
	}
	var routes []route
	for _, path := range []string{"/units", "/definitions", "/measures", "/marts", "/marts/{mart}", "/problems", "/runs", "/uploads", "/uploads/{id}", "/query"} {
		at := a.huma.OpenAPI().Paths[Root+path]
		if at.Get != nil {
			of := route{"GET", Root + path, at.Get.Summary, inLang(lang, at.Get.Description), nil}
			for _, p := range at.Get.Parameters {
				if p.In != "header" {
					of.Parameters = append(of.Parameters, parameter{p.Name, data.Text{Zh: cmp.Or(parametersZh[p.Name], p.Description), En: p.Description}.In(lang)})
				}
			}
			routes = append(routes, of)
		}
		if at.Post != nil {
			routes = append(routes, route{"POST", Root + path, at.Post.Summary, inLang(lang, at.Post.Description), nil})
		}
	}
	server := "http://" + r.Host
	if r.TLS != nil {
		server = "https://" + r.Host
	}
	var body bytes.Buffer
	if err := pages[lang].ExecuteTemplate(&body, "docs.tmpl", map[string]any{"Routes": routes, "Server": server, "Root": server + Root}); err != nil {
		panic(err) // answered and logged as every failure
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	_, _ = w.Write(body.Bytes()) // a write that fails means that the reader has gone
}
