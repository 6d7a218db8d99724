package notify

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"

	"hulian/pipelines"
)

// Happening is something to tell.
type Happening struct {
	Event   pipelines.Event
	Subject string // the same happening has the same subject
	Title   string
	Text    string
	To      string // the one person it is for, by address of mail; empty: whomever the channels reach
}

// Outcome is a run that has come to its end, its retries included, and what stood around it.
type Outcome struct {
	Run      pipelines.Run
	History  []pipelines.Run // newest first; says since when a failure lasts
	CutOff   string          // YYYY-MM-DD of what is published; empty: nothing is
	Lang     string          // zh or en
	Why      string          // in Lang, why the run failed; empty: what its document says
	Location *time.Location
}

// Happenings says what of an outcome people are told.
func Happenings(o Outcome) []Happening {
	var all []Happening
	if o.Run.State == pipelines.RunFailed {
		all = append(all, o.failure())
	}
	for _, file := range o.Run.Files {
		if file.Problem == pipelines.RowCountFallen {
			all = append(all, o.held(file))
		}
	}
	if month := lastMonth(o.CutOff); month != "" && o.Run.Generation > 0 && o.Run.State != pipelines.RunFailed {
		all = append(all, o.ready(month))
	}
	return all
}

// lastMonth is the last month that had ended on a day; empty where the day cannot be read.
func lastMonth(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	next := t.AddDate(0, 0, 1) // on its last day a month has ended
	return time.Date(next.Year(), next.Month()-1, 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
}

func (o Outcome) t(zh, en string) string {
	if o.Lang == "en" {
		return en
	}
	return zh
}

// failure is the same as long as the pipeline fails for the same reason: since its last good run.
func (o Outcome) failure() Happening {
	since := "ever"
	for _, run := range o.History {
		if run.Pipeline == o.Run.Pipeline && (run.State == pipelines.RunDone || run.State == pipelines.RunUnchanged) {
			since = run.ID
			break
		}
	}
	reason := strings.Map(func(r rune) rune { // numbers, times and names of temporary files differ from run to run
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}, o.Run.Error)
	sum := sha256.Sum256([]byte(reason))
	name := o.Run.Pipeline
	if name == "" {
		name = o.t("手动运行", "a run by hand")
	}
	return Happening{
		Event: pipelines.EventFailure, Subject: fmt.Sprintf("%s since %s: %s", o.Run.Pipeline, since, hex.EncodeToString(sum[:6])),
		Title: o.t("户联：运行失败 · ", "hulian: a run failed · ") + name,
		Text: fmt.Sprintf(o.t("%s 开始的运行没有完成：%s\n已发布的数据不受影响。日志：hulian status --run %s", "The run begun at %s did not do its work: %s\nWhat is published is not affected. Log: hulian status --run %s"),
			o.at(o.Run.StartedAt), cmp.Or(o.Why, o.Run.Error), o.Run.ID),
	}
}

func (o Outcome) at(t time.Time) string {
	if o.Location != nil {
		t = t.In(o.Location)
	}
	return t.Format("2006-01-02 15:04")
}

func (o Outcome) held(file pipelines.Reconciliation) Happening {
	if file.Problem == pipelines.RowsInDoubt {
		return Happening{
			Event: pipelines.EventHeld, Subject: "file " + file.FileID + " " + file.Sheet,
			Title: o.t("户联：文件待确认 · ", "hulian: a file is held · ") + file.Name,
			Text: fmt.Sprintf(o.t("“%s”的行数有两种数法，暂不读入；其他文件照常。\n请检查引号和换行后重新报送；确认无误则在“数据状况”页确认收下，或运行：hulian import 文件 --confirm",
				"The rows of %q can be counted in two ways; it is held, and other files are loaded.\nCheck its quotes and line ends and send it again; if it is right as it is, accept it on the page Data, or run: hulian import FILE --confirm"), file.Name),
		}
	}
	return Happening{
		Event: pipelines.EventHeld, Subject: "file " + file.FileID + " " + file.Sheet,
		Title: o.t("户联：文件待确认 · ", "hulian: a file is held · ") + file.Name,
		Text: fmt.Sprintf(o.t("“%s”的行数不到上一份的一半，暂不读入；其他文件照常。\n请补发完整文件；确认无误则在“数据状况”页确认收下，或运行：hulian import 文件 --confirm",
			"%q has less than half the rows of the one before and is held; other files are loaded.\nSend the complete file; if it is right as it is, accept it on the page Data, or run: hulian import FILE --confirm"), file.Name),
	}
}

func (o Outcome) ready(month string) Happening {
	return Happening{
		Event: pipelines.EventMonthReady, Subject: "month " + month,
		Title: fmt.Sprintf(o.t("户联：%s 的数据已发布", "hulian: the data of %s are published"), month),
		Text: fmt.Sprintf(o.t("数据截至 %s，%s 全月可看（快照第 %d 版）。", "The data reach to %s; %s can be read as a whole (snapshot %d)."),
			o.CutOff, month, o.Run.Generation),
	}
}
