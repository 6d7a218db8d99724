package config

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/notify"
)

// FileName is the configuration in a town's folder.
const FileName = "hulian.yaml"

// Config is how hulian works in one town's folder. What the programme has decided stands in programme.yaml instead.
type Config struct {
	Dir string `mapstructure:"-"` // the town's folder; a flag of every command, not a key

	Lang            string `mapstructure:"lang"`             // zh or en: messages of problems, templates, pages at first sight
	TimeZone        string `mapstructure:"time_zone"`        // IANA name; times without a zone are local to it
	CutOff          string `mapstructure:"cut_off"`          // YYYY-MM-DD: the day the data are known as of; empty: the latest day on which something happened
	Inbox           string `mapstructure:"inbox"`            // folder read by runs; relative to the town's folder
	Listen          string `mapstructure:"listen"`           // address of the server
	MemoryLimit     string `mapstructure:"memory_limit"`     // of the engine; the process takes some 200 MB more
	Threads         int    `mapstructure:"threads"`          // of the engine; 0: as many as the machine has, and one a question in a server of a database under 256 MB
	Schedule        string `mapstructure:"schedule"`         // cron line of the runs inside serve; off: none
	KeepGenerations int    `mapstructure:"keep_generations"` // published snapshots kept, the current one included
	KeepLanded      int    `mapstructure:"keep_landed_days"` // days the content of loaded files is kept; 0: for good
	KeepRuns        int    `mapstructure:"keep_runs"`        // documents of runs kept; 0: all

	// Gone says of every key that an earlier version knew and that stands in the file still what has taken its place.
	Gone []string `mapstructure:"-"`

	// LangSaid reports whether the file, the environment or a flag says Lang; otherwise pages go by the browser.
	LangSaid bool `mapstructure:"-"`

	Server   Server   `mapstructure:"-"`
	Provider Provider `mapstructure:"-"` // Issuer empty: there is none
	Backup   Backup   `mapstructure:"-"`

	Uploads Uploads `mapstructure:"-"`
	Imprint Imprint `mapstructure:"-"`

	Notifications []notify.Channel `mapstructure:"-"` // whom to tell of what; none: nobody
	Papers        []Paper          `mapstructure:"-"` // made by the clock; none: people make them
	Pipelines     []Pipeline       `mapstructure:"-"` // never empty: where the file names none, it is the one of Schedule
}

// shortestKept is the fewest days landed files are kept: a month and what comes late of it.
const shortestKept = 62

// Off is the schedule that never runs.
const Off = "off"

// key is one line of the configuration: its default, what help says, and what it refuses.
type key struct {
	name    string
	initial string // default, as it would be typed
	usage   string // in English, for help
	zh      string // the same in Chinese, for the file that people edit
	check   func(Config) error
}

// keys are all there are. Help, defaults, environment and the table test read this list.
var keys = []key{
	{name: "lang", initial: "zh", zh: "页面和问题说明的语言：zh 或 en", usage: "language of pages and of what is said about rows: zh or en", check: func(c Config) error {
		if c.Lang != "zh" && c.Lang != "en" {
			return errors.New("it must be zh or en")
		}
		return nil
	}},
	{name: "time_zone", initial: "Asia/Shanghai", zh: "本镇所在时区", usage: "time zone of the town", check: func(c Config) error {
		if c.TimeZone == "" || c.TimeZone == "Local" {
			return errors.New("it must be a name such as Asia/Shanghai")
		}
		_, err := time.LoadLocation(c.TimeZone)
		return err
	}},
	{name: "cut_off", initial: "", zh: "数据截止日，如 2018-01-31；留空则为数据中最近发生一件事的那一天", usage: "day the data are known as of, YYYY-MM-DD (default: the latest day on which something happened)", check: func(c Config) error {
		if c.CutOff == "" {
			return nil
		}
		if _, err := time.Parse(time.DateOnly, c.CutOff); err != nil {
			return errors.New("it must be a day such as 2018-01-31")
		}
		return nil
	}},
	{name: "inbox", initial: "inbox", zh: "收件箱：报表放进这个文件夹；相对于本镇的文件夹", usage: "folder the exports are dropped in, relative to the town's folder", check: func(c Config) error {
		if c.Inbox == "" {
			return errors.New("it must name a folder")
		}
		return nil
	}},
	{name: "listen", initial: "127.0.0.1:8642", zh: "网页服务的地址", usage: "address of the server", check: func(c Config) error {
		_, port, err := net.SplitHostPort(c.Listen)
		if err == nil {
			_, err = strconv.ParseUint(port, 10, 16)
		}
		if err != nil {
			return errors.New("it must be host:port, such as 127.0.0.1:8642")
		}
		return nil
	}},
	{name: "memory_limit", initial: "600MB", zh: "计算引擎可用的内存；程序本身另需约 200 MB", usage: "memory of the engine; the process takes some 200 MB more", check: func(c Config) error {
		size := memory.FindStringSubmatch(c.MemoryLimit)
		if size == nil {
			return errors.New("it must be a size such as 600MB or 2GB")
		}
		if n, err := strconv.ParseFloat(size[1], 64); err != nil || size[2][0] == 'K' || size[2][0] == 'M' && n < leastMemory {
			return pipelines.Errorf("it must be %dMB or more", leastMemory)
		}
		return nil
	}},
	{name: "threads", initial: "0", zh: "计算引擎的线程数（0：有几个处理器用几个；网页服务在数据库不到 256 MB 时每次查询只用一个）", usage: "threads of the engine (0: as many as the machine has; a server takes one a question on a database under 256 MB)", check: func(c Config) error {
		if c.Threads < 0 || c.Threads > 1024 {
			return errors.New("it must be between 0 and 1024")
		}
		return nil
	}},
	{name: "schedule", initial: "0 6 * * *", zh: "网页服务期间定时运行的 cron 行，或 off；要多个请看 pipelines", usage: "cron line of the runs inside serve, or off; see pipelines for several"},
	{name: "keep_generations", initial: "5", zh: "保留几版已发布的数据，含当前一版", usage: "published snapshots kept, the current one included", check: func(c Config) error {
		if c.KeepGenerations < 1 {
			return errors.New("it must be 1 or more")
		}
		return nil
	}},
	{name: "keep_landed_days", initial: "0", zh: "收到的文件读入且没有待改问题后，原件保留几天（0：一直保留）", usage: "days the content of landed files is kept once it is loaded without open problems (0: for good)", check: func(c Config) error {
		if c.KeepLanded != 0 && c.KeepLanded < shortestKept {
			return pipelines.Errorf("it must be 0, or %d or more: until a month is closed its files are needed", shortestKept)
		}
		return nil
	}},
	{name: "keep_runs", initial: "300", zh: "保留几次运行的记录，每个流程最近一次另外保留（0：全部）", usage: "records of runs kept, the newest of each pipeline besides (0: all)", check: func(c Config) error {
		if c.KeepRuns < 0 {
			return errors.New("it must be 0 or more")
		}
		return nil
	}},
}

// gone are keys of earlier versions with what has taken their place. A file that holds one opens all the same.
var gone = map[string]string{
	"office_key": "office_key opens nothing any more: people sign in by accounts of their own; make one with \"hulian user add NAME --role office\", and delete the line",
}

var memory = regexp.MustCompile(`^([1-9][0-9]*(?:\.[0-9]+)?) ?([KMGT]i?B)$`)

// leastMemory, in MB, is what the engine needs for a town of any size.
const leastMemory = 200

// Location is the town's time zone.
func (c Config) Location() (*time.Location, error) {
	location, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		return nil, pipelines.Errorf("time_zone: %w", err)
	}
	return location, nil
}

// CutOffDay is the day the data are known as of, the zero time where it follows the data.
func (c Config) CutOffDay() time.Time {
	day, _ := time.Parse(time.DateOnly, c.CutOff) // checked by Load
	return day
}

// BackupDir is the folder scheduled backups are written to.
func (c Config) BackupDir() string { return c.inDir(c.Backup.To) }

// InboxDir is the folder runs read.
func (c Config) InboxDir() string { return c.inDir(c.Inbox) }

// inDir gives the place of a path that may be relative to the town's folder.
func (c Config) inDir(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.Dir, path)
}

const head = `# 本文件夹的运行设置。没有写的各项照此处所列的默认值；命令行参数和环境变量优先于本文件。要改哪一项，去掉行首的“# ”再改数值。
# How hulian works in this folder. A key left out keeps the default shown here; a flag or an environment variable wins
# over this file. To change a setting, take the "# " off its line.
`

// Explained is a configuration file in which every key stands as a comment with its default, to be edited.
func Explained() string {
	var text strings.Builder
	text.WriteString(head)
	for _, k := range keys {
		value := k.initial
		if value == "" || strings.ContainsAny(value, "*:") {
			value = strconv.Quote(value)
		}
		fmt.Fprintf(&text, "\n# %s\n# %s [$%s]\n# %s: %s\n", k.zh, k.usage, environment(k), k.name, value)
	}
	for _, s := range sections {
		fmt.Fprintf(&text, "\n# %s\n", strings.ReplaceAll(s.zh+"\n"+s.example, "\n", "\n# "))
	}
	return text.String()
}
