package notify

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
	"hulian/pipelines/source/secret"
)

// request is what a webhook received.
type request struct {
	path, query, body string
	header            http.Header
}

// hook is a real server that notes what it is sent and answers as it is told, the last answer for ever.
type hook struct {
	*httptest.Server
	mu      sync.Mutex
	got     []request
	answers []string // body, or a status such as "500"
}

func newHook(t *testing.T, answers ...string) *hook {
	t.Helper()
	h := &hook{answers: answers}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.got = append(h.got, request{r.URL.Path, r.URL.RawQuery, string(body), r.Header})
		answer := h.answers[min(len(h.got), len(h.answers))-1]
		var status int
		if _, err := fmt.Sscanf(answer, "%d", &status); err == nil {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			return
		}
		_, _ = io.WriteString(w, answer) // where it does not come through, the outbox says so
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) requests() []request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]request(nil), h.got...)
}

const taken = `{"errcode":0,"errmsg":"ok"}`

// secretFile puts a secret into a file and returns its reference.
func secretFile(t *testing.T, text string) string {
	t.Helper()
	at := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(at, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return "file:" + at
}

var failed = Outcome{Lang: "zh", Run: pipelines.Run{ID: "r1", Pipeline: "夜间", State: pipelines.RunFailed, Error: "city: no route to host", StartedAt: time.Date(2018, 2, 1, 6, 0, 0, 0, time.UTC)}}

func outbox(t *testing.T, channels ...Channel) *Outbox {
	t.Helper()
	for _, c := range channels {
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
	}
	return Open(t.TempDir(), channels, nil)
}

func posted(t *testing.T, o *Outbox, outcome Outcome) {
	t.Helper()
	if err := o.Post(Happenings(outcome)); err != nil {
		t.Fatal(err)
	}
}

func notices(t *testing.T, o *Outbox) []pipelines.Notice {
	t.Helper()
	all, err := o.Notices()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryKindIsSentInItsForm(t *testing.T) {
	h := newHook(t, taken)
	o := outbox(t,
		Channel{Name: "wecom", Webhook: &Webhook{Kind: WeCom, Address: secretFile(t, h.URL+"/cgi-bin/webhook/send?key=hunter2")}},
		Channel{Name: "dingtalk", Webhook: &Webhook{Kind: DingTalk, Address: secretFile(t, h.URL+"/robot/send?access_token=hunter2"), Secret: secret.Reference(secretFile(t, "SECabc"))}},
		Channel{Name: "json", Link: "https://dashboards.example", Webhook: &Webhook{Kind: JSON, Address: h.URL + "/notices", Secret: secret.Reference(secretFile(t, "signing")), Token: secret.Reference(secretFile(t, "bearer1"))}},
	)
	posted(t, o, failed)
	if err := o.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	sent := map[string]request{}
	for _, r := range h.requests() {
		sent[r.path] = r
	}
	var text struct {
		Type string                   `json:"msgtype"`
		Text struct{ Content string } `json:"text"`
	}
	for _, path := range []string{"/cgi-bin/webhook/send", "/robot/send"} {
		if err := json.Unmarshal([]byte(sent[path].body), &text); err != nil || text.Type != "text" || !strings.Contains(text.Text.Content, "夜间") || !strings.Contains(text.Text.Content, "no route to host") {
			t.Errorf("%s: %v %s", path, err, sent[path].body)
		}
	}
	if sent["/cgi-bin/webhook/send"].query != "key=hunter2" {
		t.Errorf("wecom: query %s", sent["/cgi-bin/webhook/send"].query)
	}
	query := mustQuery(t, sent["/robot/send"].query)
	mac := hmac.New(sha256.New, []byte("SECabc"))
	mac.Write([]byte(query["timestamp"] + "\nSECabc"))
	if query["access_token"] != "hunter2" || query["sign"] != base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
		t.Errorf("dingtalk: query %v", query)
	}
	r := sent["/notices"]
	mac = hmac.New(sha256.New, []byte("signing"))
	mac.Write([]byte(r.body))
	if r.header.Get("X-Hulian-Signature") != "sha256="+hex.EncodeToString(mac.Sum(nil)) || r.header.Get("Authorization") != "Bearer bearer1" {
		t.Errorf("json: header %v", r.header)
	}
	var n pipelines.Notice
	if err := json.Unmarshal([]byte(r.body), &n); err != nil || n.Event != pipelines.EventFailure || n.ID == "" || !strings.HasSuffix(n.Text, "https://dashboards.example") {
		t.Errorf("json: %v %s", err, r.body)
	}
	for _, n := range notices(t, o) {
		if n.State != pipelines.NoticeSent || n.SentAt.IsZero() || n.Attempts != 1 {
			t.Errorf("notice %+v", n)
		}
	}
}

func mustQuery(t *testing.T, text string) map[string]string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/?"+text, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for name := range request.URL.Query() {
		all[name] = request.URL.Query().Get(name)
	}
	return all
}

func TestWhatHappenedIsToldOnce(t *testing.T) {
	h := newHook(t, "{}")
	channel := Channel{Name: "duty", Webhook: &Webhook{Kind: JSON, Address: h.URL}}
	o := outbox(t, channel)
	tell := func(outcome Outcome) {
		t.Helper()
		posted(t, o, outcome)
		again := Open(filepath.Dir(o.dir), []Channel{channel}, nil) // another process, or the same after a restart
		if err := again.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tell(failed)
	next := failed
	next.Run.ID, next.Run.Error = "r2", "city: no route to host" // the same failure, a night later
	tell(next)
	if got := len(h.requests()); got != 1 {
		t.Fatalf("told %d times, want once", got)
	}
	next.Run.Error = "city: password refused" // another reason
	tell(next)
	good := pipelines.Run{ID: "r3", Pipeline: "夜间", State: pipelines.RunDone, Generation: 4}
	next.Run.ID, next.History = "r4", []pipelines.Run{good} // again after a good night
	tell(next)
	if got := len(h.requests()); got != 3 {
		t.Fatalf("told %d times, want three", got)
	}
	tell(Outcome{Run: good, CutOff: "2018-01-30"}) // December is ready
	tell(Outcome{Run: good, CutOff: "2018-01-31"}) // January is
	tell(Outcome{Run: good, CutOff: "2018-02-27"}) // still January
	held := good
	held.Files = []pipelines.Reconciliation{{Name: "成员.xlsx", FileID: "abc", Problem: pipelines.RowCountFallen}, {Name: "good.csv", FileID: "def"}}
	tell(Outcome{Run: held})
	tell(Outcome{Run: held})
	var subjects []string
	for _, r := range h.requests()[3:] {
		var n pipelines.Notice
		if err := json.Unmarshal([]byte(r.body), &n); err != nil {
			t.Fatal(err)
		}
		subjects = append(subjects, string(n.Event)+" "+n.Subject)
	}
	if diff := cmp.Diff([]string{"month_ready month 2017-12", "month_ready month 2018-01", "held file abc "}, subjects); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

func TestAChannelIsToldWhatItWants(t *testing.T) {
	o := outbox(t, Channel{Name: "office", On: []pipelines.Event{pipelines.EventMonthReady}, Webhook: &Webhook{Kind: JSON, Address: "http://127.0.0.1:1"}})
	posted(t, o, failed)
	if got := notices(t, o); len(got) != 0 {
		t.Errorf("notices %+v", got)
	}
	off := outbox(t) // no channels: nothing is written
	posted(t, off, failed)
	if err := off.Deliver(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(off.dir); !os.IsNotExist(err) {
		t.Errorf("%v", err)
	}
}

func TestWhatCannotBeSentIsTriedAgainAndGivenUp(t *testing.T) {
	const key = "hunter2"
	h := newHook(t, "503", "302", `{"errcode":93000,"errmsg":"invalid webhook url"}`, "not json", taken)
	o := outbox(t, Channel{Name: "duty", Webhook: &Webhook{Kind: WeCom, Address: secretFile(t, h.URL+"/send?key="+key)}})
	now := time.Date(2018, 2, 1, 6, 0, 0, 0, time.UTC)
	o.now = func() time.Time { return now }
	posted(t, o, failed)
	for i, says := range []string{"503", "302", "93000", "none of wecom"} {
		err := o.Deliver(t.Context())
		n := notices(t, o)[0]
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(n.Error, says) || n.State != pipelines.NoticeWaiting || n.Attempts != i+1 {
			t.Fatalf("attempt %d: %v, %+v", i+1, err, n)
		}
		if strings.Contains(err.Error(), key) {
			t.Errorf("the error shows the key: %v", err)
		}
		if wait := n.NextAt.Sub(now); wait != time.Minute<<i {
			t.Errorf("attempt %d: next after %v", i+1, wait)
		}
		if err := o.Deliver(t.Context()); err != nil { // not due
			t.Error(err)
		}
		now = n.NextAt
	}
	if got := h.requests(); len(got) != 4 || got[1].path != "/send" {
		t.Fatalf("%d requests", len(got))
	}
	if err := o.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := notices(t, o)[0]; n.State != pipelines.NoticeSent || n.Attempts != 5 || n.Error != "" {
		t.Errorf("at last: %+v", n)
	}

	h.Close() // nobody answers any more
	next := failed
	next.Run.Error = "another reason"
	posted(t, o, next)
	for range attempts + 3 {
		if err := o.Deliver(t.Context()); err != nil && strings.Contains(err.Error(), key) {
			t.Fatalf("the error shows the key: %v", err)
		}
		now = now.Add(time.Hour)
	}
	n := notices(t, o)[0]
	if n.State != pipelines.NoticeGivenUp || n.Attempts != attempts || n.Error == "" {
		t.Errorf("in vain: %+v", n)
	}
	content, err := os.ReadFile(o.path(n.ID))
	if err != nil || strings.Contains(string(content), key) {
		t.Errorf("%v: the document shows the key", err)
	}
}

func TestASecretThatIsMissingIsNamed(t *testing.T) {
	o := outbox(t, Channel{Name: "duty", Webhook: &Webhook{Kind: WeCom, Address: "env:HULIAN_TEST_NOT_SET"}})
	posted(t, o, failed)
	if err := o.Deliver(t.Context()); err == nil || !strings.Contains(err.Error(), "HULIAN_TEST_NOT_SET") {
		t.Errorf("error %v", err)
	}
}

func TestANoticeOfAChannelThatIsGoneIsGivenUp(t *testing.T) {
	o := outbox(t, Channel{Name: "old", Webhook: &Webhook{Kind: JSON, Address: "http://127.0.0.1:1"}})
	posted(t, o, failed)
	o.channels[0].Name = "new"
	if err := o.Deliver(t.Context()); err == nil {
		t.Error("no error")
	}
	if n := notices(t, o)[0]; n.State != pipelines.NoticeGivenUp {
		t.Errorf("%+v", n)
	}
}

// TestADamagedNoticeHoldsUpNoOther: the others are listed and sent, and the damaged one is named.
func TestADamagedNoticeHoldsUpNoOther(t *testing.T) {
	h := newHook(t, taken)
	o := outbox(t, Channel{Name: "wecom", Webhook: &Webhook{Kind: WeCom, Address: secretFile(t, h.URL)}})
	posted(t, o, failed)
	path := filepath.Join(o.dir, "0123456789ab.json")
	if err := os.WriteFile(path, []byte(`{"id": "01`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := o.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all := notices(t, o); len(all) != 1 || all[0].State != pipelines.NoticeSent {
		t.Errorf("%+v", all)
	}
	posted(t, o, failed)
	damaged, err := Damaged(filepath.Dir(o.dir))
	if err != nil || len(damaged) != 1 || damaged[0].At != path || !errors.Is(damaged[0], pipelines.ErrDamaged) {
		t.Errorf("damaged: %v, %v", damaged, err)
	}
}

func TestLongTextsFit(t *testing.T) {
	long := failed
	long.Run.Error = strings.Repeat("某某文件读不出来，", 5000)
	long.Run.Pipeline = strings.Repeat("长", 500)
	o := outbox(t, Channel{Name: "duty", Webhook: &Webhook{Kind: JSON, Address: "http://127.0.0.1:1"}})
	posted(t, o, long)
	n := notices(t, o)[0]
	body, err := Webhook{Kind: WeCom}.body(n)
	var sent struct{ Text struct{ Content string } }
	if err == nil {
		err = json.Unmarshal(body, &sent)
	}
	if err != nil || len(sent.Text.Content) > 2048 || !utf8.ValidString(sent.Text.Content) || !strings.HasSuffix(sent.Text.Content, "…") {
		t.Errorf("%v: %d bytes", err, len(sent.Text.Content))
	}
}

func TestLastMonth(t *testing.T) {
	for day, want := range map[string]string{"2018-01-31": "2018-01", "2018-01-30": "2017-12", "2018-02-28": "2018-02", "2020-02-28": "2020-01", "2017-12-31": "2017-12", "2018-01-01": "2017-12", "": "", "soon": ""} {
		if got := lastMonth(day); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}

func TestChannelsThatCannotBeMeantAreRefused(t *testing.T) {
	hook := func(w Webhook) Channel { return Channel{Name: "a", Webhook: &w} }
	post := func(m Mail) Channel { return Channel{Name: "a", Mail: &m} }
	good := Mail{Server: "smtp.example:587", From: "hulian@example.cn", To: []string{"duty@example.cn"}}
	with := func(change func(*Mail)) Channel { m := good; change(&m); return post(m) }
	for name, c := range map[string]struct {
		channel Channel
		says    string
	}{
		"neither":            {Channel{Name: "a"}, "either webhook or mail"},
		"both":               {Channel{Name: "a", Webhook: &Webhook{}, Mail: &Mail{}}, "either webhook or mail"},
		"event":              {Channel{Name: "a", On: []pipelines.Event{"failed"}, Mail: &good}, "failure, month_ready, held"},
		"link":               {Channel{Name: "a", Link: "dashboards", Mail: &good}, "link"},
		"kind":               {hook(Webhook{Kind: "slack", Address: "env:A"}), "wecom, dingtalk or json"},
		"no address":         {hook(Webhook{Kind: JSON}), "address"},
		"key in the address": {hook(Webhook{Kind: WeCom, Address: "https://qyapi.example/send?key=hunter2"}), "env:NAME"},
		"key in a parameter": {hook(Webhook{Kind: JSON, Address: "https://h.example/?key=hunter2"}), "env:NAME"},
		"password in it":     {hook(Webhook{Kind: JSON, Address: "https://u:hunter2@h.example/"}), "env:NAME"},
		"no web address":     {hook(Webhook{Kind: JSON, Address: "ftp://h.example/"}), "https://"},
		"secret written":     {hook(Webhook{Kind: DingTalk, Address: "env:A", Secret: "hunter2"}), "env:NAME"},
		"wecom has none":     {hook(Webhook{Kind: WeCom, Address: "env:A", Secret: "env:B"}), "takes no such"},
		"no port":            {with(func(m *Mail) { m.Server = "smtp.example" }), "host:port"},
		"protection":         {with(func(m *Mail) { m.TLS = "ssl" }), "tls, starttls or none"},
		"in the clear":       {with(func(m *Mail) { m.TLS, m.User, m.Password = Plain, "u", "env:P" }), "in the clear"},
		"half a login":       {with(func(m *Mail) { m.User = "u" }), "go together"},
		"password written":   {with(func(m *Mail) { m.User, m.Password = "u", "hunter2" }), "env:NAME"},
		"nobody":             {with(func(m *Mail) { m.To = nil }), "to"},
		"no mail address":    {with(func(m *Mail) { m.To = []string{"duty"} }), "no mail address"},
		"a line break":       {with(func(m *Mail) { m.From = "a@example.cn\r\nBcc: b@example.cn" }), "no mail address"},
	} {
		if err := c.channel.Check(); err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: error %v does not say %q", name, err, c.says)
		}
	}
}

// TestNoticesAreFoundWhateverTheFolderIsCalled keeps them in a folder whose name is a pattern itself.
func TestNoticesAreFoundWhateverTheFolderIsCalled(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "town [1]*")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	hook := newHook(t, "200")
	o := Open(dir, []Channel{{Name: "duty", Webhook: &Webhook{Kind: JSON, Address: hook.URL}}}, nil)
	posted(t, o, Outcome{Run: pipelines.Run{ID: "r1", State: pipelines.RunFailed, Error: "the disk is full"}})
	if err := o.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all := notices(t, o); len(all) != 1 || all[0].State != pipelines.NoticeSent {
		t.Errorf("%+v, want one notice, sent", all)
	}
}

// TestADamagedNoticeIsSaidOnce: whoever looks after the server is told, and not again every few seconds.
func TestADamagedNoticeIsSaidOnce(t *testing.T) {
	dir := t.TempDir()
	var log bytes.Buffer
	o := Open(dir, []Channel{{Name: "duty", Webhook: &Webhook{Kind: JSON, Address: newHook(t, "200").URL}}}, slog.New(slog.NewTextHandler(&log, nil)))
	posted(t, o, failed)
	path := filepath.Join(dir, "notices", "0.json")
	for times := 1; times <= 2; times++ {
		if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if err := o.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			notices(t, o)
		}
		if got := strings.Count(log.String(), path); got != times {
			t.Errorf("the log names the notice %d times, want %d:\n%s", got, times, log.String())
		}
		if err := os.Remove(path); err != nil { // it is set aside
			t.Fatal(err)
		}
		notices(t, o)
	}
}

// TestWhatKeepsTheServerFromDeliveringIsSaid: it holds up every notice, which must not go unnoticed.
func TestWhatKeepsTheServerFromDeliveringIsSaid(t *testing.T) {
	dir := t.TempDir()
	read, write := io.Pipe()
	o := Open(dir, []Channel{{Name: "duty", Webhook: &Webhook{Kind: JSON, Address: newHook(t, "200").URL}}}, slog.New(slog.NewTextHandler(write, nil)))
	posted(t, o, failed)
	inTheWay := filepath.Join(dir, "notices", "deliver.lock")
	if err := os.Mkdir(inTheWay, 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go o.Run(ctx)
	if line, err := bufio.NewReader(read).ReadString('\n'); err != nil || !strings.Contains(line, "level=WARN") || !strings.Contains(line, inTheWay) {
		t.Errorf("the log says %q, %v", line, err)
	}
	if err := o.Deliver(t.Context()); err == nil || !strings.Contains(err.Error(), inTheWay) {
		t.Errorf("Deliver: %v", err)
	}
}

// The notice of a failure gives the reason in the words of whoever reads it, and what the document says where there are
// none.
func TestAFailureIsToldInTheReadersWords(t *testing.T) {
	o := failed
	if text := Happenings(o)[0].Text; !strings.Contains(text, "city: no route to host") {
		t.Errorf("without words: %s", text)
	}
	o.Why = "没有取到“city”。"
	if text := Happenings(o)[0].Text; !strings.Contains(text, o.Why) || strings.Contains(text, o.Run.Error) {
		t.Errorf("with words: %s", text)
	}
}
