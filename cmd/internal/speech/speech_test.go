package speech

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"syscall"
	"testing"

	"hulian/pipelines"
)

func TestWhatIsSpoken(t *testing.T) {
	for name, c := range map[string]struct {
		said, environ []string
		want          Language
	}{
		"nothing says":                {nil, nil, English},
		"LANG":                        {nil, []string{"LANG=zh_CN.UTF-8"}, Chinese},
		"a script":                    {nil, []string{"LANG=zh-Hans"}, Chinese},
		"a region and a modifier":     {nil, []string{"LANG=zh_HK@stroke"}, Chinese},
		"the language alone":          {nil, []string{"LANG=zh"}, Chinese},
		"an encoding alone":           {nil, []string{"LANG=zh.GB18030"}, Chinese},
		"upper case":                  {nil, []string{"LANG=ZH_CN"}, Chinese},
		"no Chinese":                  {nil, []string{"LANG=zha_CN"}, English},
		"another language":            {nil, []string{"LANG=de_DE"}, English},
		"POSIX":                       {nil, []string{"LANG=C.UTF-8"}, English},
		"messages before LANG":        {nil, []string{"LANG=de_DE", "LC_MESSAGES=zh_CN"}, Chinese},
		"all before messages":         {nil, []string{"LC_ALL=C", "LC_MESSAGES=zh_CN", "LANG=zh_CN"}, English},
		"an empty one says nothing":   {nil, []string{"LC_ALL=", "LC_MESSAGES=", "LANG=zh_CN"}, Chinese},
		"the last of a variable":      {nil, []string{"LANG=en_US", "LANG=zh_CN"}, Chinese},
		"numbers alone":               {nil, []string{"LC_NUMERIC=zh_CN"}, English},
		"said before the environment": {[]string{"", "en"}, []string{"LC_ALL=zh_CN"}, English},
		"the first that is said":      {[]string{"zh", "en"}, nil, Chinese},
		"what is no language":         {[]string{"fr"}, []string{"LANG=zh_CN"}, Chinese},
	} {
		if got := Choose(c.environ, c.said...); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestErrorsAreSaidNodeByNode(t *testing.T) {
	missing := &fs.PathError{Op: "open", Path: "town/hulian.yaml", Err: syscall.ENOENT}
	fault := &pipelines.Fault{Op: "read configuration", At: "town", Err: pipelines.Errorf("%s is %q: %w", "threads", "many", errors.New("it must be a whole number")), Next: "correct the value"}
	for _, c := range []struct {
		err  error
		want string
	}{
		{pipelines.ErrUnknown, "没有这个名称"},
		{fault, `读取设置（town）：threads 写作 "many"：应为整数`},
		{fmt.Errorf("%w", fault), `读取设置（town）：threads 写作 "many"：应为整数`},
		{errors.Join(fault, missing), "读取设置（town）：threads 写作 \"many\"：应为整数\n打开 town/hulian.yaml：没有这个文件或文件夹"},
		{missing, "打开 town/hulian.yaml：没有这个文件或文件夹"},
		{&pipelines.Fault{Op: "read flags", At: "of hulian close", Err: missing}, "读取参数（hulian close）：打开 town/hulian.yaml：没有这个文件或文件夹"},
		{&pipelines.CheckFailure{Rows: 3, Claim: "every row has a village", ClaimZh: "每行都有村"}, "一项必须通过的检查没有通过：3 行与之不符：每行都有村"},
		{errors.New("Binder Error: no column"), "Binder Error: no column"},
		{fmt.Errorf("somewhere else: %w", missing), "somewhere else: 打开 town/hulian.yaml：没有这个文件或文件夹"},
		{fmt.Errorf("read the database: %w", pipelines.ErrDamaged), "读取数据库：有文件损坏"},
	} {
		if got := Chinese.Error(c.err); got != c.want {
			t.Errorf("%v:\n%s\nwant\n%s", c.err, got, c.want)
		}
		if got := English.Error(c.err); got != c.err.Error() {
			t.Errorf("English is %q, want %q", got, c.err)
		}
	}
	if next := Chinese.Next(&pipelines.Fault{Next: "one of %s", With: []any{"a, b"}}); next != "可写：a, b" {
		t.Errorf("advice %q", next)
	}
}

func TestLogLinesKeepTheirKeys(t *testing.T) {
	say := func(l Language) string {
		var out bytes.Buffer
		log := slog.New(l.Handler(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}})))
		log.With("run", 7).Warn("job failed, it will be tried again", "job", "night", "error", &pipelines.Fault{Op: "load", At: "a.csv", Err: pipelines.ErrDiskFull, Next: "try again"})
		return strings.TrimSpace(out.String())
	}
	if got, want := say(English), `level=WARN msg="job failed, it will be tried again" run=7 job=night error="load a.csv: the disk is full (try again)"`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got, want := say(Chinese), `level=WARN msg=任务失败，将再试 run=7 job=night error=读入（a.csv）：磁盘已满（再试一次）`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// FuzzChoose holds the choice to one of two languages, whatever the environment is.
func FuzzChoose(f *testing.F) {
	f.Add("zh_CN.UTF-8", "", "")
	f.Add("_", "..", "\x00zh")
	f.Fuzz(func(t *testing.T, all, messages, lang string) {
		if got := Choose([]string{"LC_ALL=" + all, "LC_MESSAGES=" + messages, "LANG=" + lang}); got != English && got != Chinese {
			t.Errorf("%q", got)
		}
	})
}
