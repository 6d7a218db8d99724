package signin

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"hulian/dashboards/accounts"
	"hulian/dashboards/assets"
	"hulian/dashboards/refusal"
	"hulian/data"
)

//go:embed templates/signin.tmpl
var templates embed.FS

const english = "en"

// sets are the templates in each language.
var sets = func() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, lang := range []string{"zh", english} {
		all[lang] = template.Must(template.New("signin").Funcs(template.FuncMap{
			"asset": assets.URL,
			"lang":  func() string { return lang },
			"t":     func(zh, en string) string { return data.Text{Zh: zh, En: en}.In(lang) },
		}).ParseFS(templates, "templates/*.tmpl"))
	}
	return all
}()

// langOf is the language a page is asked for in, by its address or by a form that was read. It reads no body: what nobody sends to
// the site is not taken in to answer it.
func langOf(r *http.Request) string {
	if r.URL.Query().Get("lang") == english || r.PostForm.Get("lang") == english {
		return english
	}
	return "zh"
}

// form is what a page of the door shows.
type form struct {
	Action   string // where it is sent
	Name     string // typed before, or whose password it is
	Shown    string
	Next     string // page to go to
	Problem  string
	Provider string  // what the button for the identity provider says; empty: none
	Unsafe   string  // the address that is safe, where this one is not
	Other    string  // this page in the other language
	Tokens   *tokens // of the page of access tokens
}

// show answers with a page, made before its first byte is sent.
func (d *Door) show(w http.ResponseWriter, r *http.Request, status int, page string, f form) error {
	lang := langOf(r)
	other := url.Values{"lang": {english}, "choose": {"1"}} // the site keeps it as the choice of whoever follows the link
	if lang == english {
		other.Set("lang", "zh")
	}
	if f.Next != "" {
		other.Set("next", f.Next)
	}
	f.Other = r.URL.Path + "?" + other.Encode()
	var body bytes.Buffer
	if err := sets[lang].ExecuteTemplate(&body, page, f); err != nil {
		return fmt.Errorf("set page %s: %w", page, err)
	}
	w.Header().Set("Content-Security-Policy", formPolicy)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a write that fails means that the visitor has gone
	return nil
}

var (
	errNobody    = errors.New("nobody is signed in")
	errNotFound  = errors.New("there is no such page")
	errElsewhere = errors.New("the request comes from another site")
	errForm      = errors.New("the form cannot be read")
	errTooMany   = errors.New("too many tries from this address")
	errProvider  = errors.New("the identity provider vouches for nobody")
)

// differ is said of a password that was not typed twice alike.
var differ = data.Text{Zh: "两次输入的密码不一样。", En: "The two passwords differ."}

// failures say what a visitor reads, and with which status.
var failures = []struct {
	err    error
	status int
	text   data.Text
}{
	{errNotFound, http.StatusNotFound, data.Text{Zh: "没有这一页。", En: "There is no such page."}},
	{errElsewhere, http.StatusForbidden, data.Text{Zh: "提交来自别的网站，没有接受。请在本系统的页面上重新提交。", En: "This comes from another site and was not taken. Send it from a page of this system."}},
	{errForm, http.StatusBadRequest, data.Text{Zh: "没有收到完整的内容，请返回上一页再提交一次。", En: "The form did not arrive whole: go back and send it again."}},
	{errTooMany, http.StatusTooManyRequests, data.Text{Zh: "尝试过于频繁，请一分钟后再试。", En: "Too many tries: try again in a minute."}},
	{errProvider, http.StatusForbidden, data.Text{Zh: "统一身份认证没有通过，或者这里没有对应的账号。请重新登录，或请管理员核对账号名。", En: "The identity provider did not vouch for you, or there is no account of your name here. Sign in again, or ask the administrator about the name."}},
	{accounts.ErrToken, http.StatusUnauthorized, accounts.ErrToken.Text()},
	{accounts.ErrSpent, http.StatusGone, accounts.ErrSpent.Text()},
	{accounts.ErrSetUp, http.StatusGone, accounts.ErrSetUp.Text()},
}

// fail answers an error. What went wrong in the program goes to the log, not to the visitor.
func (d *Door) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return
	}
	if errors.Is(err, errNobody) {
		d.leadIn(w, r)
		return
	}
	status, text := http.StatusInternalServerError, data.Text{Zh: "程序出错，已记入日志。请稍后重试。", En: "The program failed and wrote the reason to its log. Try again later."}
	for _, known := range failures {
		if errors.Is(err, known.err) {
			status, text = known.status, known.text
		}
	}
	if status == http.StatusInternalServerError {
		d.Logger.Error("sign-in failed", "method", r.Method, "error", err) // the path may hold a token
	}
	if status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "60")
	}
	if forPrograms(r) {
		refusal.Respond(w, r, status, text.In(refusal.Lang(r.Header.Get("Accept-Language"))))
		return
	}
	if err := d.show(w, r, status, "message", form{Problem: text.In(langOf(r))}); err != nil {
		d.Logger.Error("page failed", "error", err)
		http.Error(w, text.In(langOf(r)), status)
	}
}

// leadIn leads somebody who has not signed in to the page for it, and back afterwards; a program is told.
func (d *Door) leadIn(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if forPrograms(r) {
		refusal.Respond(w, r, http.StatusUnauthorized, "")
		return
	}
	to := url.Values{}
	if r.Method == http.MethodGet && r.URL.RequestURI() != "/" {
		to.Set("next", r.URL.RequestURI())
	}
	if langOf(r) == english {
		to.Set("lang", english)
	}
	target := "/signin"
	if len(to) > 0 {
		target += "?" + to.Encode()
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// within is a path of this site, or "/" for everything that leads elsewhere or back to the door.
func within(next string) string {
	u, err := url.Parse(next)
	switch {
	case err != nil, u.Scheme != "", u.Host != "", u.User != nil, u.Opaque != "", !strings.HasPrefix(u.Path, "/"), strings.HasPrefix(u.Path, "//"),
		strings.ContainsFunc(next+u.Path, func(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }), !strings.HasPrefix(next, "/"), ownPath(u.Path):
		return "/"
	}
	return u.RequestURI()
}
