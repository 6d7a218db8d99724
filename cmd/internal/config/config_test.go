package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"hulian/pipelines"
)

func town(t *testing.T, content string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FileName), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func flags(t *testing.T, arguments ...string) *pflag.FlagSet {
	t.Helper()
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	AddFlags(set, Keys()...)
	if err := set.Parse(arguments); err != nil {
		t.Fatal(err)
	}
	return set
}

func field(c Config, name string) string {
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("mapstructure") == name {
			return fmt.Sprint(v.Field(i))
		}
	}
	return "no such field"
}

// TestPrecedence holds flag > environment > file > default for every key there is.
func TestPrecedence(t *testing.T) {
	values := map[string]struct{ initial, file, environment, flag string }{
		"lang":             {"zh", "en", "zh", "en"},
		"time_zone":        {"Asia/Shanghai", "Asia/Dhaka", "America/Chicago", "UTC"},
		"cut_off":          {"", "2018-01-31", "2018-02-28", "2018-03-31"},
		"inbox":            {"inbox", "in-file", "in-environment", "in-flag"},
		"listen":           {"127.0.0.1:8642", "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"},
		"memory_limit":     {"600MB", "1GB", "2GB", "3GB"},
		"threads":          {"0", "1", "2", "3"},
		"schedule":         {"0 6 * * *", "0 7 * * *", "0 8 * * *", "off"},
		"keep_generations": {"5", "1", "2", "3"},
		"keep_landed_days": {"0", "70", "365", "3650"},
		"keep_runs":        {"300", "0", "20", "30"},
	}
	for _, k := range keys {
		v, ok := values[k.name]
		if !ok {
			t.Errorf("%s: no case", k.name)
			continue
		}
		t.Run(k.name, func(t *testing.T) {
			inFile := fmt.Sprintf("%s: %s\n", k.name, v.file)
			environ := []string{"PATH=/bin", environment(k) + "=" + v.environment}
			for step, load := range map[string]struct {
				file    string
				environ []string
				flags   *pflag.FlagSet
				want    string
			}{
				"default":     {"", nil, flags(t), v.initial},
				"no flags":    {"", nil, nil, v.initial},
				"file":        {inFile, nil, flags(t), v.file},
				"environment": {inFile, environ, flags(t), v.environment},
				"flag":        {inFile, environ, flags(t, "--"+flagName(k), v.flag), v.flag},
			} {
				c, err := Load(town(t, load.file), load.flags, load.environ)
				if err != nil {
					t.Fatalf("%s: %v", step, err)
				}
				if got := field(c, k.name); got != load.want {
					t.Errorf("%s: %s is %q, want %q", step, k.name, got, load.want)
				}
			}
		})
	}
}

func TestWithoutAFileDefaultsHold(t *testing.T) {
	dir := t.TempDir()
	got, err := Load(dir, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Dir: dir, Lang: "zh", TimeZone: "Asia/Shanghai", Inbox: "inbox", Listen: "127.0.0.1:8642", MemoryLimit: "600MB",
		Schedule: "0 6 * * *", KeepGenerations: 5, KeepRuns: 300, Backup: Backup{To: "backups", Cron: Off, Keep: 7},
		Pipelines: []Pipeline{{Name: "default", Cron: "0 6 * * *", Retries: 3, Backoff: time.Minute}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}
	if got.InboxDir() != filepath.Join(dir, "inbox") {
		t.Errorf("inbox %s", got.InboxDir())
	}
	if location, err := got.Location(); err != nil || location.String() != "Asia/Shanghai" {
		t.Errorf("location %v %v", location, err)
	}
	if !got.CutOffDay().IsZero() {
		t.Errorf("cut-off %v", got.CutOffDay())
	}
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		file, environment, flag string
		says                    []string
	}{
		"misspelt key":         {file: "lang: en\nlistn: 127.0.0.1:1\n", says: []string{"line 2", `"listn"`, `did you mean "listen"?`, FileName}},
		"nothing near":         {file: "colour: red\n", says: []string{"there are backup, cut_off"}},
		"dash for underscore":  {file: "time-zone: UTC\n", says: []string{`did you mean "time_zone"?`}},
		"misspelt variable":    {environment: "HULIAN_LISTN=127.0.0.1:1", says: []string{"HULIAN_LISTN", "did you mean HULIAN_LISTEN?"}},
		"twice":                {file: "lang: en\nlang: zh\n", says: []string{"twice"}},
		"language":             {file: "lang: fr\n", says: []string{`lang is "fr"`, "zh or en", FileName}},
		"zone":                 {file: "time_zone: Asia/Cixi\n", says: []string{"Asia/Cixi"}},
		"machine's zone":       {file: "time_zone: Local\n", says: []string{"Asia/Shanghai"}},
		"day":                  {environment: "HULIAN_CUT_OFF=yesterday", says: []string{"HULIAN_CUT_OFF", "2018-01-31"}},
		"impossible day":       {file: "cut_off: 2018-02-31\n", says: []string{"2018-02-31"}},
		"address":              {flag: "--listen=8642", says: []string{"--listen", "host:port"}},
		"port":                 {flag: "--listen=127.0.0.1:99999", says: []string{"host:port"}},
		"memory":               {file: "memory_limit: much\n", says: []string{"600MB"}},
		"little memory":        {file: "memory_limit: 64MB\n", says: []string{"200MB or more"}},
		"hardly any memory":    {file: "memory_limit: 900000KB\n", says: []string{"200MB or more"}},
		"threads":              {file: "threads: two\n", says: []string{`threads is "two"`, "whole number"}},
		"negative threads":     {file: "threads: -1\n", says: []string{"between 0 and 1024"}},
		"no generation":        {file: "keep_generations: 0\n", says: []string{"1 or more"}},
		"list":                 {file: "inbox: [a, b]\n", says: []string{"line 1", "single value"}},
		"not a mapping":        {file: "- lang\n", says: []string{"line 1"}},
		"not YAML":             {file: "lang: [", says: []string{"line 1"}},
		"two documents":        {file: "lang: en\n---\nlang: zh\n", says: []string{"more than one document"}},
		"notice key":           {file: "notifications:\n- name: a\n  web_hook: {}\n", says: []string{"line 3", `did you mean "webhook"?`}},
		"notice key below":     {file: "notifications:\n- name: a\n  mail: {sever: x}\n", says: []string{"line 3", `did you mean "mail.server"?`}},
		"notice to nobody":     {file: "notifications: [{name: a}]\n", says: []string{"either webhook or mail"}},
		"notice twice":         {file: "notifications: [{name: a, webhook: {kind: json, address: 'env:A'}}, {name: a, webhook: {kind: json, address: 'env:A'}}]\n", says: []string{"twice"}},
		"notice secret":        {file: "notifications: [{name: a, webhook: {kind: dingtalk, address: 'env:A', secret: k9}}]\n", says: []string{"env:NAME"}},
		"notice list":          {file: "notifications: {name: a}\n", says: []string{"list"}},
		"a month too short":    {file: "keep_landed_days: 30\n", says: []string{"62 or more"}},
		"backup key":           {file: "backup:\n  form: /b\n", says: []string{"line 2", "there are cron, keep, passphrase, to"}},
		"backup to nowhere":    {file: "backup: {to: '', cron: '@daily'}\n", says: []string{"to"}},
		"no backup kept":       {file: "backup: {to: b, keep: 0}\n", says: []string{"keep"}},
		"backup to a list":     {file: "backup: [b]\n", says: []string{"line 1"}},
		"a cron too many":      {file: "schedule: '@daily'\npipelines: [{name: a, cron: '@daily'}]\n", says: []string{"schedule and pipelines"}},
		"no pipelines":         {file: "pipelines: []\n", says: []string{"line 1", "empty"}},
		"pipelines no list":    {file: "pipelines: {name: a}\n", says: []string{"line 1", "list"}},
		"pipeline key swapped": {file: "pipelines:\n- name: a\n  corn: '@daily'\n", says: []string{"line 3", `did you mean "cron"?`}},
		"pipeline key":         {file: "pipelines:\n- name: a\n  retris: '@daily'\n", says: []string{"line 3", `did you mean "retries"?`}},
		"pipeline twice":       {file: "pipelines: [{name: a, cron: off}, {name: a, cron: off}]\n", says: []string{`"a"`, "twice"}},
		"pipeline unnamed":     {file: "pipelines: [{cron: off}]\n", says: []string{"name"}},
		"pipeline slash":       {file: "pipelines: [{name: a/b, cron: off}]\n", says: []string{"name"}},
		"pipeline reserved":    {file: "pipelines: [{name: backup, cron: off}]\n", says: []string{"backups have that name"}},
		"pipeline no cron":     {file: "pipelines: [{name: a}]\n", says: []string{"cron"}},
		"pipeline retries":     {file: "pipelines: [{name: a, cron: off, retries: many}]\n", says: []string{"line 1", "a whole number"}},
		"pipeline no unit":     {file: "pipelines:\n- {name: a, cron: off, backoff: 5}\n", says: []string{"line 2", "a time such as 30s or 10m"}},
		"pipeline impatient":   {file: "pipelines: [{name: a, cron: off, backoff: 1ms}]\n", says: []string{"backoff"}},
		"pipeline reference":   {file: "pipelines: [{name: &a a, cron: *a}]\n", says: []string{"references"}},
		"pipeline is a word":   {file: "pipelines: [night]\n", says: []string{"line 1"}},
		"beyond this machine":  {flag: "--listen=0.0.0.0:8642", says: []string{"listen is 0.0.0.0:8642", "without TLS", "server.plain_http: true"}},
		"every interface":      {file: "listen: ':8642'\n", says: []string{"without TLS"}},
		"server key":           {file: "server:\n  adress: x\n", says: []string{"line 2", `did you mean "address"?`}},
		"server address":       {file: "server: {address: hulian.example}\n", says: []string{"line 1", "https://"}},
		"server half a pair":   {file: "server: {certificate: c.pem}\n", says: []string{"together"}},
		"server proxy":         {file: "server: {proxies: [gate]}\n", says: []string{`"gate"`, "10.0.0.0/24"}},
		"server upload limit":  {file: "server: {upload_limits: {secretary: 5MB}}\n", says: []string{"secretary", "village_secretary: 50MB"}},
		"server token":         {file: "server: {metrics_token: s3cret}\n", says: []string{"metrics_token", "env:NAME"}},
		"oidc issuer":          {file: "oidc: {issuer: id.example, client_id: a}\n", says: []string{"line 1", "issuer", "https://"}},
		"oidc over plain http": {file: "oidc: {issuer: 'http://id.example', client_id: a}\n", says: []string{"issuer", "https://"}},
		"oidc without client":  {file: "oidc: {issuer: 'https://id.example'}\n", says: []string{"client_id"}},
		"oidc secret":          {file: "oidc: {issuer: 'https://id.example', client_id: a, secret: s3cret}\n", says: []string{"secret", "env:NAME"}},
		"oidc role":            {file: "oidc: {issuer: 'https://id.example', client_id: a, groups: [{name: g, role: boss}]}\n", says: []string{"groups: g", "no such role"}},
		"oidc place":           {file: "oidc: {issuer: 'https://id.example', client_id: a, groups: [{name: g, role: village_secretary}]}\n", says: []string{"groups: g", "village"}},
		"oidc address":         {file: "oidc: {issuer: 'https://id.example', client_id: a}\n", says: []string{"server.address"}},
		"server host":          {file: "server: {hosts: ['http://hulian']}\n", says: []string{"without http://"}},
		"empty inbox":          {file: "inbox: ''\n", says: []string{"must name a folder"}},
	} {
		t.Run(name, func(t *testing.T) {
			var set *pflag.FlagSet
			if c.flag != "" {
				set = flags(t, c.flag)
			}
			_, err := Load(town(t, c.file), set, []string{c.environment})
			if err == nil {
				t.Fatal("accepted")
			}
			for _, part := range c.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "k9") {
				t.Errorf("error %q shows the key", err)
			}
			var fault *pipelines.Fault
			if !errors.As(err, &fault) || fault.Next == "" {
				t.Errorf("error %v does not say what to do next", err)
			}
		})
	}
}

func TestForeignVariablesAreLeftAlone(t *testing.T) {
	if _, err := Load(t.TempDir(), nil, []string{"HULIAN_PORT=tcp://10.0.0.1:80", "HULIAN_SERVICE_HOST=10.0.0.1"}); err != nil {
		t.Error(err)
	}
}

func TestHelpNamesVariablesAndNoSecrets(t *testing.T) {
	usage := flags(t).FlagUsages()
	for _, k := range keys {
		if !strings.Contains(usage, environment(k)) || !strings.Contains(usage, "--"+flagName(k)) {
			t.Errorf("help does not name %s:\n%s", k.name, usage)
		}
		if k.initial != "" && !strings.Contains(usage, k.initial) {
			t.Errorf("help does not show the default of %s", k.name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("lang: en\ncut_off: 2018-01-31\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("? {a: b}\n: c"))
	f.Add([]byte("---\n...\n---\n"))
	f.Add([]byte("pipelines:\n- {name: a, cron: off, sources: [inbox], retries: 1, backoff: 2m}\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		values, nodes, err := parse(content)
		if err != nil {
			return
		}
		for name, node := range nodes {
			s, ok := sectionOf(name)
			if !ok {
				t.Errorf("accepted the section %q", name)
			}
			_ = s.decode(node, &Config{}) // refused or not, it must come back
		}
		for name := range values {
			if !strings.Contains(strings.Join(Keys(), " "), name) {
				t.Errorf("accepted the key %q", name)
			}
		}
	})
}

// TestTheExplainedFileHoldsTheDefaults takes the comment signs off the lines that hold keys and reads the file.
func TestTheExplainedFileHoldsTheDefaults(t *testing.T) {
	if _, err := Load(town(t, Explained()), nil, nil); err != nil {
		t.Fatal(err)
	}
	edited := Explained()
	for _, name := range Keys() {
		edited = strings.ReplaceAll(edited, "\n# "+name+": ", "\n"+name+": ")
	}
	values, _, err := parse([]byte(edited))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if values[k.name] != k.initial {
			t.Errorf("%s stands as %q, the default is %q", k.name, values[k.name], k.initial)
		}
	}
}

func TestPipelines(t *testing.T) {
	file := "pipelines:\n- name: night\n  cron: 0 6 * * *\n  sources: [inbox, city]\n- {name: 月报, cron: off, retries: 0, backoff: 10m}\n"
	night := Pipeline{Name: "night", Cron: "0 6 * * *", Sources: []string{"inbox", "city"}, Retries: 3, Backoff: time.Minute}
	month := Pipeline{Name: "月报", Cron: Off, Backoff: 10 * time.Minute}
	c, err := Load(town(t, file), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Pipeline{night, month}, c.Pipelines); diff != "" {
		t.Errorf("pipelines (-want +got):\n%s", diff)
	}
	night.Cron = Off // everything can be turned off at once
	if c, err = Load(town(t, file), flags(t, "--schedule", "off"), nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Pipeline{night, month}, c.Pipelines); diff != "" {
		t.Errorf("pipelines (-want +got):\n%s", diff)
	}
}

// A folder that an earlier version wrote opens, and what has taken a key's place is said.
func TestAFolderOfAnEarlierVersionOpens(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FileName), []byte("lang: en\noffice_key: k9k9k9k9k9k9k9k9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(dir, nil, nil)
	if err != nil || c.Lang != "en" {
		t.Fatalf("%v, lang %s", err, c.Lang)
	}
	if len(c.Gone) != 1 || !strings.Contains(c.Gone[0], "hulian user add") || strings.Contains(c.Gone[0], "k9") {
		t.Errorf("it says %q", c.Gone)
	}
}
