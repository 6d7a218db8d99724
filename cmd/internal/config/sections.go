package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/notify"
	"hulian/pipelines/source/secret"
)

// Pipeline is a named pipeline: which sources it reads, when, and how often a failed run is tried again.
type Pipeline struct {
	Name    string        `yaml:"name"`
	Cron    string        `yaml:"cron"`    // cron line in the town's time zone; off: it runs when it is told to
	Sources []string      `yaml:"sources"` // inbox, or names of sources.yaml; empty: all of them
	Retries int           `yaml:"retries"` // of a failed run
	Backoff time.Duration `yaml:"backoff"` // before the first retry; doubled before each one after
}

// DefaultPipeline is the name of the one pipeline where none are named.
const DefaultPipeline = "default"

// Reserved are names of jobs that are no pipelines.
const (
	BackupJob = "backup"
	InboxName = "inbox" // the inbox among sources
)

// Defaults of a pipeline: three retries after 1, 2 and 4 minutes ride out a server's restart.
const (
	defaultRetries = 3
	defaultBackoff = time.Minute
)

// section is a part of the file that holds more than one value.
type section struct {
	name    string
	decode  func(*yaml.Node, *Config) error
	zh      string // lines for Explained, in Chinese
	example string // and in English, with an example
}

// sections are all there are.
var sections = []section{
	{"pipelines", func(node *yaml.Node, c *Config) error { return readPipelines(node, c) }, `用几个流程代替 schedule，各有来源和时间（sources：inbox 和 sources.yaml 中的名称；不写则全部）。运行失败会重试：共 retries 次，
间隔 backoff，每次加倍。`, `Several pipelines in place of schedule, each with its own sources and hours (sources: inbox and the names of
sources.yaml; left out: all). A failed run is tried again: retries times, after backoff, doubled each time.
pipelines:
  - name: night
    cron: "0 6 * * *"
    sources: [inbox]
    retries: 3
    backoff: 1m`},
	{"papers", func(node *yaml.Node, c *Config) error { return readPapers(node, c) }, `每月定时生成文件：每月 day 日起，hulian serve 定时运行或 hulian run 运行之后，生成上月（没有数据时为最近有数据的月份）的文件，留存为草稿（“文件”页），并按 notifications 通知；
生成不了的说明原因。
units 写 town（全镇）、villages（各村）、branches（各支部），或单位的名称；公示文件须经第二人复核，不会自动公布。`, `Papers made by the clock: after a run of hulian serve or of "hulian run" on or after the day of a month, those of the month
before (of the last month with data, as long as it has none) are made and kept as drafts (page Papers), and notifications tell of it, or why not. units are town, villages, branches, or names of units. What is for
the public waits for a second person and is never published by the clock.
papers:
  - kind: monthly
    day: 3
    units: [town, villages]
    for: committee
    formats: [docx, pdf]`},
	{"backup", func(node *yaml.Node, c *Config) error { return readBackup(node, &c.Backup) }, `网页服务期间定时备份：在 to 所指的文件夹（最好在另一块磁盘）中写一个 zip 文件，时间由 cron 行定，保留最近 keep 份。备份含有姓名、
备注和本文件：请用口令加密（passphrase 写成 env:名称 或 file:/路径），口令与备份分开保管，没有口令谁也打不开。`, `Backups inside serve: a zip file in the folder named by to (best on another disk), by a cron line of their own. The
newest are kept, as many as keep says. A backup holds names, notes and this file: encrypt it with a passphrase (env:NAME or
file:/path) and keep that apart from the backups, for nobody can open them without it.
backup:
  to: backups
  cron: "30 2 * * *"
  keep: 7
  passphrase: file:/etc/hulian/backup.passphrase`},
	{"uploads", func(node *yaml.Node, c *Config) error { return data.Decode(node, &c.Uploads) }, `网页报送的文件是否须第二人复核（second_person: true）：复核前不读入、不发布，报送人不能复核自己的文件。不写则不须复核。`,
		`Whether files handed in on a page wait for a second person: they are neither read nor published before somebody other than
their author accepts them on the page Upload or by "hulian uploads accept". Left out, they do not wait.
uploads:
  second_person: true`},
	{"imprint", readImprint, `公文版记（GB/T 9704-2012）：月度通报、例会纪要、帮扶清单、比较报告末页印抄送机关（copy_to）和印发机关（office）；印发日期
即成文日期，另有日期的用 hulian report --printed。不写则没有版记。`, `The imprint of papers (GB/T 9704-2012): at the end of the monthly notice, the minutes, the support list and the comparison
report stand who gets a copy (copy_to) and who prints it (office), on the day it is issued or the one of hulian report
--printed. Left out, there is none.
imprint:
  copy_to: the county's organisation department
  office: general office of the town`},
	{"server", readServer, serverZh, serverEn},
	{"oidc", readProvider, providerZh, providerEn},
	{"notifications", readNotifications, `运行失败（failure）、某月数据就绪（month_ready）、文件待人确认（held）、指标提醒（alert）、定时生成文件（papers）时通知谁
（on；不写则全都通知）。整段不写则不通知任何人。口令和含口令的地址写成 env:名称或 file:/路径。kind 可为 wecom（企业微信）、dingtalk（钉钉）、json。`, `Who is told when a run failed, a month is ready, a file waits for a person, a measure gave an alert, or papers were
made by the clock (on: failure, month_ready, held, alert, papers; left out: all of them). Left out, nobody is. Secrets, and
addresses that hold a key, are named as env:NAME or file:/path. kind is wecom, dingtalk or json.
notifications:
  - name: duty
    on: [failure, held]
    webhook: {kind: wecom, address: env:WECOM_ADDRESS}
  - name: office
    on: [month_ready]
    link: https://dashboards.example
    mail: {server: "smtp.example.cn:465", tls: tls, user: hulian, password: env:SMTP_PASSWORD, from: hulian@example.cn, to: [office@example.cn]}`},
}

// Uploads says what becomes of files that are handed in on a page.
type Uploads struct {
	SecondPerson bool `yaml:"second_person"` // they wait until somebody other than their author accepts them
}

// Imprint is what stands at the end of papers; empty: nothing does.
type Imprint struct {
	CopyTo string `yaml:"copy_to"`
	Office string `yaml:"office"`
}

func readImprint(node *yaml.Node, c *Config) error {
	if err := data.Decode(node, &c.Imprint); err != nil {
		return err
	}
	trimmed := func(text string) string { return strings.TrimRight(strings.Join(strings.Fields(text), " "), "。.") }
	c.Imprint = Imprint{CopyTo: trimmed(c.Imprint.CopyTo), Office: trimmed(c.Imprint.Office)}
	if c.Imprint == (Imprint{}) {
		return pipelines.Errorf("line %d: imprint: it must say copy_to, office or both; leave it out for papers without one", node.Line)
	}
	return nil
}

// Paper is a paper that is made every month by the clock, as a draft.
type Paper struct {
	Kind    string   `yaml:"kind"`    // as of hulian report
	Day     int      `yaml:"day"`     // of the month: the first run on or after it makes the paper of the month before
	Units   []string `yaml:"units"`   // town, villages, branches, or IDs and names of units; empty: town
	For     string   `yaml:"for"`     // committee, village or public; empty: as of the kind
	Formats []string `yaml:"formats"` // docx, pdf, xlsx, html; empty: docx
	Lang    string   `yaml:"lang"`    // zh or en; empty: the town's
}

func readPapers(node *yaml.Node, c *Config) error {
	if node.Kind != yaml.SequenceNode {
		return pipelines.Errorf("line %d: papers is a list: each begins with \"- kind:\"", node.Line)
	}
	for _, item := range node.Content {
		one := Paper{Day: 1}
		if err := data.Decode(item, &one); err != nil {
			return err
		}
		switch {
		case one.Kind == "":
			return pipelines.Errorf("line %d: papers: kind: it must be a kind such as monthly", item.Line)
		case one.Day < 1 || one.Day > 28:
			return pipelines.Errorf("line %d: papers: day: %d is not between 1 and 28, which every month has", item.Line, one.Day)
		case one.Lang != "" && one.Lang != "zh" && one.Lang != "en":
			return pipelines.Errorf("line %d: papers: lang: it must be zh or en", item.Line)
		}
		c.Papers = append(c.Papers, one)
	}
	return nil
}

// Backup says when backups are made inside serve, and where.
type Backup struct {
	To   string `yaml:"to"`   // folder; relative to the town's folder
	Cron string `yaml:"cron"` // off: none are made by the clock
	Keep int    `yaml:"keep"` // newest backups kept

	Passphrase secret.Reference `yaml:"passphrase"` // encrypts them; empty: they are plain zip files
}

func readBackup(node *yaml.Node, b *Backup) error {
	if err := data.Decode(node, b); err != nil {
		return err
	}
	switch {
	case strings.TrimSpace(b.To) == "":
		return pipelines.Errorf("line %d: backup: to: it must name a folder", node.Line)
	case b.Cron == "":
		return pipelines.Errorf("line %d: backup: cron: it must be a cron line, or off", node.Line)
	case b.Keep < 1:
		return pipelines.Errorf("line %d: backup: keep: it must be 1 or more", node.Line)
	}
	if err := b.Passphrase.Check(); err != nil {
		return pipelines.Errorf("line %d: backup: passphrase: %w", node.Line, err)
	}
	return nil
}

func readNotifications(node *yaml.Node, c *Config) error {
	if node.Kind != yaml.SequenceNode {
		return pipelines.Errorf("line %d: notifications is a list: each begins with \"- name:\"", node.Line)
	}
	for _, item := range node.Content {
		var one notify.Channel
		if err := data.Decode(item, &one); err != nil {
			return err
		}
		if !pipelineName.MatchString(one.Name) {
			return pipelines.Errorf("line %d: notifications: name: it must be letters, digits, - and _, at most 40", item.Line)
		}
		if slices.ContainsFunc(c.Notifications, func(n notify.Channel) bool { return n.Name == one.Name }) {
			return pipelines.Errorf("line %d: notifications: the name %q stands twice", item.Line, one.Name)
		}
		if err := one.Check(); err != nil {
			return pipelines.Errorf("line %d: notifications: %s: %w", item.Line, one.Name, err)
		}
		c.Notifications = append(c.Notifications, one)
	}
	return nil
}

func sectionOf(name string) (section, bool) {
	i := slices.IndexFunc(sections, func(s section) bool { return s.name == name })
	if i < 0 {
		return section{}, false
	}
	return sections[i], true
}

// names are the keys and sections a file may hold.
func names() []string {
	all := Keys()
	for _, s := range sections {
		all = append(all, s.name)
	}
	return all
}

var pipelineName = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}_-]{0,39}$`)

func readPipelines(node *yaml.Node, c *Config) error {
	if node.Kind != yaml.SequenceNode {
		return pipelines.Errorf("line %d: pipelines is a list: each begins with \"- name:\"", node.Line)
	}
	for _, item := range node.Content {
		one := Pipeline{Retries: defaultRetries, Backoff: defaultBackoff}
		if err := data.Decode(item, &one); err != nil {
			return err
		}
		at := func(field, format string, values ...any) error {
			return pipelines.Errorf("line %d: pipeline %q: %s: %s", item.Line, one.Name, field, fmt.Sprintf(format, values...))
		}
		switch {
		case !pipelineName.MatchString(one.Name):
			return at("name", "it must be letters, digits, - and _, at most 40")
		case one.Name == BackupJob:
			return at("name", "backups have that name")
		case slices.ContainsFunc(c.Pipelines, func(p Pipeline) bool { return p.Name == one.Name }):
			return at("name", "it stands twice")
		case one.Cron == "":
			return at("cron", "it must be a cron line such as \"0 6 * * *\", or off")
		case one.Retries < 0 || one.Retries > 20:
			return at("retries", "%d is not between 0 and 20", one.Retries)
		case one.Backoff < time.Second || one.Backoff > time.Hour:
			return at("backoff", "%s is not between 1s and 1h", one.Backoff)
		}
		c.Pipelines = append(c.Pipelines, one)
	}
	if len(c.Pipelines) == 0 {
		return pipelines.Errorf("line %d: pipelines is empty: leave it out to keep the one of schedule", node.Line)
	}
	return nil
}

// settle makes one list of pipelines of the simple form and of the long one. chosen says that schedule was set.
func (c *Config) settle(chosen bool) error {
	switch {
	case len(c.Pipelines) == 0:
		c.Pipelines = []Pipeline{{Name: DefaultPipeline, Cron: c.Schedule, Retries: defaultRetries, Backoff: defaultBackoff}}
	case chosen && c.Schedule == Off:
		for i := range c.Pipelines {
			c.Pipelines[i].Cron = Off
		}
	case chosen:
		return errors.New("schedule and pipelines cannot both be set: give each pipeline its cron line, or set schedule to off")
	}
	return nil
}
