package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"hulian/dashboards/page"
	"hulian/dashboards/render"
	"hulian/pipelines"
)

var (
	errNotFound   = errors.New("no such page")
	errBadRequest = errors.New("the request cannot be read")
	errElsewhere  = errors.New("the request comes from another site")
)

// status is the one place where an error becomes an HTTP status.
func status(err error) int {
	switch {
	case errors.Is(err, errNotFound), errors.Is(err, page.ErrUnknownUnit), errors.Is(err, pipelines.ErrUnknown):
		return http.StatusNotFound
	case errors.Is(err, errElsewhere):
		return http.StatusForbidden
	case errors.Is(err, errTooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, errBadRequest), errors.Is(err, page.ErrBadFilter):
		return http.StatusBadRequest
	case errors.Is(err, pipelines.ErrNotPublished):
		return http.StatusServiceUnavailable
	case errors.Is(err, pipelines.ErrBusy):
		return http.StatusConflict
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout
	default:
		return http.StatusInternalServerError
	}
}

// told is what a visitor reads for a status, in Chinese and English: title, text, what to do next.
var told = map[int][2][3]string{
	http.StatusNotFound: {
		{"没有这一页", "地址有误，或者这个村、支部不在当前数据中。", "请从总览重新进入。"},
		{"No such page", "The address is wrong, or the village or branch is not in the current data.", "Start again from the overview."}},
	http.StatusBadRequest: {
		{"地址中的条件无法识别", "月份、语言或其他条件写法有误，或该月没有数据。", "请用页面上方的选择框重新选择。"},
		{"The address holds a filter that cannot be read", "A month, language or other filter is misspelt, or there are no data for that month.", "Choose again with the pickers at the head of a page."}},
	http.StatusForbidden: {
		{"没有接受这次提交", "提交来自别的网站，或者浏览器太旧、代理改了主机名，看不出它来自哪里。", "请在本系统的页面上重新提交，或换用新版浏览器；仍然不行，请管理员检查代理是否保留原来的主机名。"},
		{"This was not taken", "It comes from another site, or an old browser or a proxy that changes the host name hides where it comes from.", "Send it from a page of this system, or with a newer browser; if that fails, have the proxy keep the host name."}},
	http.StatusRequestEntityTooLarge: {
		{"上传的文件太大", "一次上传的文件超过了允许的大小或个数。", "请分几次上传，或把大文件放入 inbox 文件夹。"},
		{"Too much at once", "The files of one upload are larger or more than is allowed.", "Upload them in several parts, or put a large file into the inbox folder."}},
	http.StatusConflict: {
		{"正在运行", "这条流水线已经在运行。", "请等它结束后再试。"},
		{"It runs already", "This pipeline is at work.", "Try again when it has ended."}},
	http.StatusServiceUnavailable: {
		{"还没有发布任何数据", "导入文件并运行一次之后，这里会显示结果。", "请把导出文件放入 inbox 文件夹，然后运行 hulian run。"},
		{"No data have been published yet", "Results appear here once files have been imported and a run has finished.", "Put the exports into the inbox folder and run: hulian run"}},
	http.StatusGatewayTimeout: {
		{"这一页用时过长", "数据没有问题，但这次查询没有在时限内完成。", "请稍后重试，或选择一个村以缩小范围。"},
		{"This page took too long", "The data are fine, but the queries did not finish in time.", "Try again later, or choose one village."}},
	http.StatusInternalServerError: {
		{"这一页没有生成", "程序出错，已记入日志。其他页面不受影响。", "请稍后重试；如果仍然出错，请把日志交给维护人员。"},
		{"This page could not be made", "The program failed and wrote the reason to its log. Other pages are not affected.", "Try again later; if it fails again, hand the log to whoever maintains the system."}},
}

// posted is what a visitor reads in place of that whose form could not be read.
var posted = map[int][2][3]string{
	http.StatusBadRequest: {
		{"没有收到可用的内容", "没有选择文件，内容没有填全，或者发送中断了。", "请返回上一页，选好文件、填好内容后再提交一次。"},
		{"Nothing usable arrived", "No file was chosen, something was left empty, or sending was interrupted.", "Go back, choose the files and fill in the form, and send it again."}},
}

func failure(code int, method, lang string) render.Failure {
	texts, ok := told[code]
	if form, has := posted[code]; has && method == http.MethodPost {
		texts = form
	}
	if !ok {
		texts = told[http.StatusInternalServerError]
	}
	t, home, caption := texts[0], "/", "回到总览"
	if lang == page.English {
		t, home, caption = texts[1], "/?lang=en", "Back to the overview"
	}
	return render.Failure{Lang: lang, Status: code, Title: t[0], Text: t[1], Next: t[2], Link: home, Caption: caption}
}

// preparedFailures are set once, so that a broken template cannot keep the reason from being shown.
func preparedFailures() (map[string][]byte, error) {
	made := map[string][]byte{}
	for _, lang := range []string{page.Chinese, page.English} {
		body, err := render.Fail(failure(http.StatusInternalServerError, http.MethodGet, lang))
		if err != nil {
			return nil, err
		}
		made[lang] = body
	}
	return made, nil
}

// fail answers an error: a page for people, a JSON object for the API. What happened goes to the log, not to the visitor.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the visitor has gone
	}
	code := status(err)
	if code == http.StatusInternalServerError {
		s.Logger.Error("page failed", "path", r.URL.Path, "query", r.URL.RawQuery, "error", err)
	} else {
		s.Logger.Debug("request refused", "path", r.URL.Path, "status", code, "error", err)
	}
	w.Header().Set("Cache-Control", "no-store")
	if strings.HasPrefix(r.URL.Path, "/api/") {
		s.json(w, r, code, map[string]string{"error": apiSentence(code, err)})
		return
	}
	lang := page.Chinese
	if r.URL.Query().Get("lang") == page.English {
		lang = page.English
	}
	body, renderErr := render.Fail(failure(code, r.Method, lang))
	if renderErr != nil {
		s.Logger.Error("failure page failed", "error", renderErr)
		body = s.failures[lang]
	}
	send(w, r, answer{status: code, kind: "text/html; charset=utf-8", body: body})
}

// apiSentence says to a program what was wrong with its request; of our own troubles only what a visitor's page says: the
// errors of layers below name folders of the server.
func apiSentence(code int, err error) string {
	switch code {
	case http.StatusBadRequest, http.StatusNotFound:
		return err.Error()
	case http.StatusInternalServerError:
		return "internal error; the reason is in the server's log"
	default:
		return failure(code, http.MethodGet, page.English).Title
	}
}
