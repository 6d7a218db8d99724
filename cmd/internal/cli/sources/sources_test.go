//go:build unix

package sources

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"golang.org/x/text/encoding/simplifiedchinese"

	"hulian/cmd/internal/cli/clitest"
	"hulian/data/sample"
	"hulian/pipelines"
	"hulian/pipelines/source/sourcetest/servers"
)

// secrets of the sources of this test, by the name of the variable each stands in.
var secrets = map[string]string{"T_TOKEN": "t0ken-of-the-hotline", "T_SFTP": servers.SFTPPassword, "T_ACCESS": "ACCESSKEY0123456789X",
	"T_SECRET": "s3cret-of-the-store", "T_DATABASE": servers.Password}

// measured leaves out what says when a file was received, which differs from source to source.
const measured = "select measure, level, unit_id, month, numerator, denominator, value from measures where measure <> 'timeliness' order by all"

// TestTheSameNumbersFromEverySource spreads a sample town over an inbox, a web server, a file server, a store and two
// databases, all real. A run reads them all and gives what the inbox alone gives, although a sixth source is down, which
// it says and fails for; serve reads each from a pipeline of its own; and no secret stands anywhere.
func TestTheSameNumbersFromEverySource(t *testing.T) {
	inboxes := filepath.Join(t.TempDir(), "inboxes")
	if _, err := sample.Write(t.Context(), sample.Options{Dir: inboxes, Scale: 0.1, Start: "2018-01"}); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, at := range filesBelow(t, filepath.Join(inboxes, "inbox")) {
		files[filepath.Base(at)] = at
	}
	take := func(part string) (name string, content []byte) {
		t.Helper()
		for name, at := range files {
			if strings.Contains(name, part) {
				content, err := os.ReadFile(at)
				if err != nil {
					t.Fatal(err)
				}
				delete(files, name)
				return name, content
			}
		}
		t.Fatalf("the sample town holds no %s", part)
		return "", nil
	}
	for name, secret := range secrets {
		t.Setenv(name, secret)
	}
	town := filepath.Join(t.TempDir(), "town")
	text := spread(t, town, take)
	for name, at := range files { // the rest
		content, err := os.ReadFile(at)
		if err != nil {
			t.Fatal(err)
		}
		clitest.Kept(t, filepath.Join(town, "inbox", name), content)
	}
	clitest.Kept(t, filepath.Join(town, "sources.yaml"), []byte(text+`
  - {name: county, kind: web, files: [{address: "http://127.0.0.1:1/county.csv"}], limits: {tries: 2, first_wait: 10ms, total: 5s}}
`))

	if status, out, stderr := clitest.Process(t, "run", "--dir", inboxes); status != clitest.Done {
		t.Fatalf("the inbox alone: status %d\n%s%s", status, out, stderr)
	}
	_, want, _ := clitest.Process(t, "query", "--dir", inboxes, "--format", "csv", measured)
	status, out, stderr := clitest.Process(t, "run", "--dir", town)
	if status != clitest.Failed || !strings.Contains(stderr, "county") || !strings.Contains(stderr, "127.0.0.1:1") {
		t.Errorf("a source that is down: status %d\n%s", status, stderr)
	}
	told := out + stderr
	if _, got, _ := clitest.Process(t, "query", "--dir", town, "--format", "csv", measured); got != want || strings.Count(want, "\n") < 100 {
		t.Fatalf("the measures differ from those of the inbox alone (-inbox +sources):\n%.2000s\n%s", cmp.Diff(want, got), told)
	}

	// The same sources under pipelines of a server, each run from the page; nothing is new in any of them.
	clitest.Kept(t, filepath.Join(town, "sources.yaml"), []byte(text))
	clitest.Kept(t, filepath.Join(town, "hulian.yaml"), []byte(`
pipelines:
  - {name: net, cron: "0 6 * * *", sources: [hotline, grid, pool]}
  - {name: tables, cron: "30 6 * * 1-5", sources: [cards, marks], retries: 0}
`))
	s := clitest.Serve(t, town)
	for i, name := range []string{"net", "tables"} {
		s.Do(t, name, "run")
		run := clitest.AwaitRun(t, town, 2+i)
		if run.Pipeline != name || run.State != pipelines.RunUnchanged || run.Trigger != "page" {
			t.Errorf("pipeline %s: %s by %s: %s", run.Pipeline, run.State, run.Trigger, run.Error)
		}
	}
	page := s.Get(t, "runs?lang=en")
	for _, says := range []string{"net", "tables", "every day at 06:00", "30 6 * * 1-5", "hotline, grid, pool", "Asia/Shanghai"} {
		if !strings.Contains(page, says) {
			t.Errorf("the page of runs does not say %q", says)
		}
	}
	silent(t, town, told+page+s.Errs.String())
}

// spread puts files of a town on real servers and returns the list of sources that brings them.
func spread(t *testing.T, town string, take func(string) (string, []byte)) string {
	t.Helper()
	visits, content := take("走访记录")
	hotline := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+secrets["T_TOKEN"] {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		http.ServeContent(w, r, "", time.Now().Add(-time.Hour), bytes.NewReader(content))
	}))
	t.Cleanup(hotline.Close)

	share := t.TempDir()
	for _, part := range []string{"党员名册", "岗位名册", "组织架构"} {
		name, content := take(part)
		clitest.Kept(t, filepath.Join(share, name), content)
	}
	grid := servers.NewSFTP(t)

	backend := s3mem.New()
	if err := backend.CreateBucket("exports"); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"社情民意", "2017-06-30", "2017-12-31", "党建工作台账"} {
		name, content := take(part)
		if _, err := backend.PutObject("exports", "xiaolin/"+name, map[string]string{"Last-Modified": time.Now().UTC().Format(http.TimeFormat)}, bytes.NewReader(content), int64(len(content)), nil); err != nil {
			t.Fatal(err)
		}
	}
	pool := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(pool.Close)

	cards, marks := servers.Postgres(t), servers.Maria(t)
	_, points := take("points")
	_, ratings := take("党员评定")
	return fmt.Sprintf(`sources:
  - {name: hotline, kind: web, token: env:T_TOKEN, files: [{name: %s, address: "%s/visits"}]}
  - {name: grid, kind: sftp, address: %s, folder: %s, user: clerk, password: env:T_SFTP, host_keys: ["%s"], settle: 100ms}
  - {name: pool, kind: bucket, address: %s, bucket: exports, prefix: xiaolin/, access_key: env:T_ACCESS, secret_key: env:T_SECRET, path_style: true, region: us-east-1}
  - {name: cards, kind: postgresql, address: %s, database: %s, user: %s, password: env:T_DATABASE, tls: off, queries: [{name: points.csv, sql: %s}]}
  - {name: marks, kind: mysql, address: %s, database: %s, user: %s, password: env:T_DATABASE, tls: off, queries: [{name: ratings.csv, sql: %s}]}
`, visits, hotline.URL, grid.Address, share, grid.Prints()[0], pool.URL,
		cards.Address, cards.Base, servers.Clerk, tabled(t, cards, "points", '"', ',', points),
		marks.Address, marks.Base, servers.Clerk, tabled(t, marks, "ratings", '`', ';', ratings))
}

// tabled puts the rows of a CSV into a table and returns the query for them, quoted for YAML.
func tabled(t *testing.T, d *servers.Database, table string, quote, comma rune, content []byte) string {
	t.Helper()
	decoded := bytes.TrimPrefix(content, []byte("\ufeff"))
	if !utf8.Valid(decoded) {
		var err error
		if decoded, err = simplifiedchinese.GB18030.NewDecoder().Bytes(content); err != nil {
			t.Fatal(err)
		}
	}
	reader := csv.NewReader(bytes.NewReader(decoded))
	reader.Comma = comma
	reader.FieldsPerRecord = -1
	records, err := reader.ReadAll()
	if err != nil || len(records) < 2 {
		t.Fatalf("%s: %d rows, %v", table, len(records), err)
	}
	q := string(quote)
	columns := q + strings.Join(records[0], q+", "+q) + q
	rows := make([]string, 0, len(records))
	for i, record := range records[1:] {
		cells := make([]string, len(records[0]))
		copy(cells, record)
		for k := range cells {
			cells[k] = "'" + strings.ReplaceAll(cells[k], "'", "''") + "'"
		}
		rows = append(rows, fmt.Sprintf("(%d, %s)", i, strings.Join(cells, ", ")))
	}
	d.Ask(t, fmt.Sprintf("create table %s (nr int, %s text)", table, strings.ReplaceAll(columns, ", ", " text, ")))
	d.Ask(t, "insert into "+table+" values "+strings.Join(rows, ", "))
	return "'select " + columns + " from " + table + " order by nr'"
}

// filesBelow are the files below a folder.
func filesBelow(t *testing.T, folder string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(at string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files = append(files, at)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// silent holds that no secret stands in what was said, nor in any file of the town.
func silent(t *testing.T, town, told string) {
	t.Helper()
	for _, at := range filesBelow(t, town) {
		content, err := os.ReadFile(at)
		if err != nil {
			t.Fatal(err)
		}
		for name, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds the secret of %s", at, name)
			}
		}
	}
	for name, secret := range secrets {
		if strings.Contains(told, secret) {
			t.Errorf("the secret of %s was said", name)
		}
	}
}
