package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"hulian/dashboards/desk"
	"hulian/dashboards/language"
	"hulian/dashboards/observe"
	"hulian/dashboards/page/records"
	"hulian/dashboards/question"
	"hulian/dashboards/refusal"
	"hulian/dashboards/render"
	"hulian/dashboards/signin"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
)

var (
	errNotFound   = errors.New("no such page")
	errBadRequest = errors.New("the request cannot be read")
	errLetterhead = errors.New("the town's own form of Word cannot be used")
)

// status is the one place where an error becomes an HTTP status.
func status(err error) int {
	var often tooOften
	switch {
	case errors.As(err, &often):
		return http.StatusTooManyRequests
	case errors.Is(err, errNotFound), errors.Is(err, question.ErrUnknownUnit), errors.Is(err, pipelines.ErrUnknown):
		return http.StatusNotFound
	case errors.Is(err, errLetterhead), errors.Is(err, errRefusedPaper):
		return http.StatusUnprocessableEntity
	case errors.Is(err, errTooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, errBadRequest), errors.Is(err, question.ErrBadFilter):
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
	http.StatusRequestEntityTooLarge: {
		{"上传的文件太大", "一次上传的文件超过了允许的大小或个数。", "请分几次上传，或把大文件放入 inbox 文件夹。"},
		{"Too much at once", "The files of one upload are larger or more than is allowed.", "Upload them in several parts, or put a large file into the inbox folder."}},
	http.StatusTooManyRequests: {
		{"请求过于频繁", "这个账号或这台电脑在短时间内下载、上传或查询得太多。", "请稍等一会儿再试，数据没有丢失。"},
		{"Too many requests", "This account or this computer has downloaded, uploaded or asked too much in a short time.", "Wait a moment and try again; nothing is lost."}},
	http.StatusUnprocessableEntity: {
		{"本镇的公文模板不能用", "数据目录下的 letterhead.docx 打不开，或者不是 Word 文件。", "请用 Word 或 WPS 另存为 .docx 后放回原处；删去这个文件，就按国家公文格式生成。"},
		{"The town's own form of Word cannot be used", "letterhead.docx in the town's folder cannot be opened, or is no file of Word.", "Save it again as .docx in Word or WPS and put it in place; without the file the national form is used."}},
	http.StatusConflict: {
		{"正在运行", "这条流水线已经在运行。", "请等它结束后再试。"},
		{"It runs already", "This pipeline is at work.", "Try again when it has ended."}},
	http.StatusServiceUnavailable: {
		{"还没有发布任何数据", "报送文件并运行一次之后，这里会显示结果。", "请管理员报送第一批报表并运行一次；运行完成后刷新本页。"},
		{"No data have been published yet", "Results appear here once files have been imported and a run has finished.", "Have an administrator hand in the first exports and make a run; then load this page again."}},
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
	http.StatusGatewayTimeout: {
		{"没有在时限内完成", "另一次运行还没有结束，或者计算用时过长。这里不知道所填的内容是否已经生效。", "请在“数据状况”页查看；没有生效的，稍后再提交一次。"},
		{"It did not end in time", "Another run is still at work, or the computation took too long. It is not known here whether what you entered has taken effect.", "Look at the page of the data, and send it again later if it has not."}},
}

// nothingOpen is what a visitor reads who asks for a marked copy of a file that needs no repair.
var nothingOpen = [2][3]string{
	{"这个文件没有待改的行", "问题已经改好、豁免，或者没有这个文件。", "请在“数据状况”页核对。"},
	{"This file has no row to mend", "What was wrong is mended or waived, or there is no such file.", "See the page of the data."}}

func failure(code int, method, lang string, err error) render.Failure {
	texts, ok := told[code]
	if errors.Is(err, errNothingOpen) {
		texts = nothingOpen
	}
	var refused refusedPaper
	if errors.As(err, &refused) {
		ok, texts = true, [2][3]string{{"文件没有生成", refused.In(language.Language{Lang: language.Chinese}), "改好后重新读入，再生成一次；写在这里的内容不会随文件发出。"},
			{"The paper was not made", refused.In(language.Language{Lang: language.English}), "Mend it, read it in and make the paper again. Nothing of it has left."}}
	}
	if form, has := posted[code]; has && method == http.MethodPost {
		texts = form
	}
	if !ok {
		texts = told[http.StatusInternalServerError]
	}
	t, home, caption := texts[0], "/", "回到总览"
	if lang == language.English {
		t, home, caption = texts[1], "/?lang=en", "Back to the overview"
	}
	return render.Failure{Lang: lang, Status: code, Title: t[0], Text: t[1], Next: t[2], Link: home, Caption: caption}
}

// preparedFailures are set once, so that a broken template cannot keep the reason from being shown.
func preparedFailures() (map[string][]byte, error) {
	made := map[string][]byte{}
	for _, lang := range []string{language.Chinese, language.English} {
		body, err := render.Fail(failure(http.StatusInternalServerError, http.MethodGet, lang, nil))
		if err != nil {
			return nil, err
		}
		made[lang] = body
	}
	return made, nil
}

// fail answers an error: a page for people, a document for programs. What happened goes to the log, not to the visitor: errors of
// layers below name folders of the server.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the visitor has gone
	}
	s.told(r, err)
	code := status(err)
	switch {
	case code == http.StatusInternalServerError:
		s.log(r.Context()).Error("page failed", "route", observe.RouteOf(r.Context()), "error", err)
	case code > http.StatusInternalServerError:
		s.log(r.Context()).Warn("not answered", "route", observe.RouteOf(r.Context()), "status", code, "error", err)
	default: // what was asked for may name somebody: the line of the request says the rest
	}
	w.Header().Set("Cache-Control", "no-store")
	var often tooOften
	if errors.As(err, &often) {
		w.Header().Set("Retry-After", strconv.Itoa(often.seconds()))
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		refusal.Respond(w, r, code, "")
		return
	}
	lang := language.Chinese
	if r.URL.Query().Get("lang") == language.English {
		lang = language.English
	}
	said := failure(code, r.Method, lang, err)
	if errors.Is(err, pipelines.ErrNotPublished) && r.Method == http.MethodGet {
		s.first(r, &said)
	}
	body, renderErr := render.Fail(said)
	if renderErr != nil {
		s.log(r.Context()).Error("failure page failed", "error", renderErr)
		body = s.failures[lang]
	}
	send(w, r, answer{status: code, kind: "text/html; charset=utf-8", body: body})
}

// first says, before anything is published, how far the first run is, why the last one brought nothing, or where to hand in files.
func (s *server) first(r *http.Request, said *render.Failure) {
	l := language.Language{Lang: said.Lang, Zone: s.Zone}
	var runs []pipelines.Run
	if s.Runs != nil {
		var err error
		if runs, err = s.Runs(); err != nil {
			s.log(r.Context()).Warn("the history of runs cannot be read", "error", err)
		}
	}
	if run, working := records.AtWork(runs); working {
		var now pipelines.StageNow
		if s.Underway != nil {
			now = s.Underway()
		}
		said.Progress = records.Progress(l, run, now)
		said.Title, said.Text, said.Next, said.Link = l.T("正在处理第一批数据", "The first data are being worked on"), l.T("完成后这里自动显示总览。", "The overview appears here by itself when it is done."), "", ""
		return
	}
	if len(runs) > 0 && runs[0].Error != "" {
		said.Text = l.T("上一次运行没有完成：", "The last run did not end well: ") + data.ExplainRun(runs[0], said.Lang)
	}
	if s.Desk == nil || !signin.VisitorOf(r.Context()).MayAnywhere(visitor.Upload) {
		return
	}
	said.Next, said.Link = l.T("请在这里上传第一批报表，读完后自动显示结果。", "Hand in the first exports here; results appear once they are read."), ""
	said.Upload = &view.Upload{Action: "/upload" + map[bool]string{true: "?lang=en"}[said.Lang == language.English], Megabytes: s.Desk.Bytes >> 20, Files: desk.MaxFiles}
}
