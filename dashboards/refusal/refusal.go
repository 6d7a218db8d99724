// Package refusal tells programs why a request was not answered: one JSON form (RFC 9457) for every error of the API.
//
// A status and what was wrong enter; a document with a title, the particulars and a sentence that says what to do next leaves,
// in Chinese where the request prefers it, in English otherwise. Nothing is kept, so a crash costs nothing. It refuses to tell
// what went wrong inside the program: that stands in the server's log alone.
package refusal

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"hulian/data"
)

// Media is the media type of the document.
const Media = "application/problem+json"

// Refusal is the document.
type Refusal struct {
	Type   string `json:"type" doc:"always about:blank: the status says of what kind it is" example:"about:blank"`
	Title  string `json:"title" doc:"what kind of error it is" example:"There is no such thing"`
	Status int    `json:"status" doc:"HTTP status" example:"404"`
	Detail string `json:"detail" doc:"what was wrong with this request"`
	Next   string `json:"next" doc:"what to do next"`
	Errors []Part `json:"errors,omitempty" doc:"the parts of the request that cannot be taken" nullable:"false"`
}

// Part is one part of a request that cannot be taken.
type Part struct {
	Message  string `json:"message" doc:"why it cannot be taken"`
	Location string `json:"location,omitempty" doc:"where it stands, such as query.month"`
}

// words of a status: its title and what to do next.
type words struct{ title, next data.Text }

var known = map[int]words{
	http.StatusBadRequest: {
		data.Text{Zh: "请求无法识别", En: "The request cannot be read"},
		data.Text{Zh: "请按 /api/v1/docs 的说明改正请求。", En: "Correct the request; /api/v1/docs explains every parameter."}},
	http.StatusUnauthorized: {
		data.Text{Zh: "尚未登录，或访问令牌无效", En: "Nobody is signed in, or the access token is not valid"},
		data.Text{Zh: "请在“访问令牌”页（/tokens）生成令牌，并以 Authorization: Bearer 令牌 发送。", En: "Make a token on the page Access tokens (/tokens) and send it as Authorization: Bearer TOKEN."}},
	http.StatusForbidden: {
		data.Text{Zh: "不接受这个请求", En: "The request was not taken"},
		data.Text{Zh: "请用访问令牌发送请求。", En: "Send the request with an access token."}},
	http.StatusNotFound: {
		data.Text{Zh: "没有这一项", En: "There is no such thing"},
		data.Text{Zh: "请核对地址；/api/v1/openapi.json 列出全部地址。账号或令牌无权查看的内容也这样答复。", En: "Check the address; /api/v1/openapi.json lists all of them. What the account or its token may not see is answered like this too."}},
	http.StatusMethodNotAllowed: {
		data.Text{Zh: "这个地址不接受这种方法", En: "The address does not take this method"},
		data.Text{Zh: "请使用 Allow 头中列出的方法。", En: "Use one of the methods that the header Allow names."}},
	http.StatusRequestTimeout: {
		data.Text{Zh: "接收请求超时", En: "The request took too long to arrive"},
		data.Text{Zh: "请检查网络后重试。", En: "Check the line and send it again."}},
	http.StatusConflict: {
		data.Text{Zh: "数据已重新发布，这一页的接续位置失效", En: "The data were published anew, and this place in the list is of the old ones"},
		data.Text{Zh: "请从第一页重新读取。", En: "Read the list again from its first page."}},
	http.StatusRequestEntityTooLarge: {
		data.Text{Zh: "内容太大", En: "It is too large"},
		data.Text{Zh: "请分几次发送或查询。", En: "Send or ask for it in several parts."}},
	http.StatusUnsupportedMediaType: {
		data.Text{Zh: "不接受这种格式的内容", En: "The content is of a kind that is not taken"},
		data.Text{Zh: "请按 /api/v1/docs 的说明发送。", En: "Send it as /api/v1/docs says."}},
	http.StatusUnprocessableEntity: {
		data.Text{Zh: "请求中有不能采用的值", En: "The request holds a value that cannot be taken"},
		data.Text{Zh: "请改正 errors 中列出的各项。", En: "Correct what errors lists."}},
	http.StatusTooManyRequests: {
		data.Text{Zh: "请求过于频繁", En: "Too many requests"},
		data.Text{Zh: "请在 Retry-After 头给出的秒数之后重试。", En: "Try again after the seconds that the header Retry-After names."}},
	http.StatusServiceUnavailable: {
		data.Text{Zh: "暂时不能答复", En: "There is no answer at the moment"},
		data.Text{Zh: "请稍后重试。", En: "Try again later."}},
	http.StatusGatewayTimeout: {
		data.Text{Zh: "用时过长", En: "It took too long"},
		data.Text{Zh: "请缩小范围，例如一个月或一个村。", En: "Ask for less, such as one month or one village."}},
	http.StatusInternalServerError: {
		data.Text{Zh: "程序出错", En: "The program failed"},
		data.Text{Zh: "原因已记入服务器日志。请稍后重试；仍然出错，请把日志交给维护人员。", En: "The reason is in the server's log. Try again later; if it fails again, hand the log to whoever maintains the system."}},
}

// New makes the document of a status. next: what to do instead of what is usual for the status; empty: the usual.
func New(lang string, status int, detail string, next data.Text, parts ...Part) *Refusal {
	w, is := known[status]
	if !is {
		w = words{data.Text{Zh: http.StatusText(status), En: http.StatusText(status)}, known[http.StatusBadRequest].next}
	}
	if next == (data.Text{}) {
		next = w.next
	}
	if detail == "" {
		detail = w.title.In(lang)
	}
	return &Refusal{Type: "about:blank", Title: w.title.In(lang), Status: status, Detail: detail, Next: next.In(lang), Errors: parts}
}

// Lang is the language a request prefers: zh where Chinese stands first in Accept-Language, en otherwise.
func Lang(acceptLanguage string) string {
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(acceptLanguage)), "zh") {
		return "zh"
	}
	return "en"
}

// Respond answers a request with the document of a status, in the language the request prefers, with what is usual to do next.
func Respond(w http.ResponseWriter, r *http.Request, status int, detail string, parts ...Part) {
	Write(w, New(Lang(r.Header.Get("Accept-Language")), status, detail, data.Text{}, parts...))
}

// Error is what was wrong.
func (r *Refusal) Error() string { return r.Detail }

// GetStatus is the HTTP status.
func (r *Refusal) GetStatus() int { return r.Status }

// ContentType is Media, whatever was asked for.
func (r *Refusal) ContentType(string) string { return Media }

// Write answers a request with a refusal.
func Write(w http.ResponseWriter, r *Refusal) {
	body, err := json.Marshal(r)
	if err != nil { // texts that are no UTF-8 are replaced, so there is no such error
		body = []byte(`{"type":"about:blank","status":500}`)
	}
	h := w.Header()
	h.Set("Content-Type", Media)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="hulian"`)
	}
	w.WriteHeader(r.Status)
	_, _ = w.Write(body) // a write that fails means that the program has gone
}
