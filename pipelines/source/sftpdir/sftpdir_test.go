package sftpdir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"hulian/pipelines"
	"hulian/pipelines/source"
	"hulian/pipelines/source/secret"
	"hulian/pipelines/source/sourcetest"
	"hulian/pipelines/source/sourcetest/servers"
)

var day = time.Date(2018, 1, 31, 8, 0, 0, 0, time.UTC)

func names(t *testing.T, src source.Source) (names []string) {
	t.Helper()
	for item, err := range src.Items(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, item.Name)
	}
	return names
}

func failure(t *testing.T, src source.Source) (*pipelines.Fault, string) {
	t.Helper()
	for item, err := range src.Items(t.Context()) {
		var fault *pipelines.Fault
		if errors.As(err, &fault) {
			return fault, err.Error()
		}
		t.Errorf("%s, %v: want a fault", item.Name, err)
	}
	t.Fatal("no error")
	return nil, ""
}

func TestAFileThatGrowsIsLeftForTheNextPass(t *testing.T) {
	dir := write(t, []sourcetest.File{{Name: "growing.csv", Content: []byte("a"), ModTime: day}, {Name: "still.csv", Content: []byte("b"), ModTime: day}})
	src := made(t, config(t, servers.NewSFTP(t), dir), nil)
	src.pause = func(context.Context, time.Duration) error { // between the two looks
		return os.WriteFile(filepath.Join(dir, "growing.csv"), []byte("ab"), 0o644)
	}
	var said []string
	for item, err := range src.Items(t.Context()) {
		if err != nil && !errors.Is(err, source.ErrChanged) {
			t.Fatal(err)
		}
		said = append(said, fmt.Sprint(item.Name, " handed over: ", err == nil))
	}
	if diff := cmp.Diff([]string{"growing.csv handed over: false", "still.csv handed over: true"}, said); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"still.csv", "growing.csv"}, names(t, src)); diff != "" {
		t.Errorf("once it keeps still: %s", diff)
	}
}

func TestAFileThatChangesWhileReadIsNotHandedOver(t *testing.T) {
	large := sourcetest.Large("visits.csv")
	dir := write(t, []sourcetest.File{large})
	for item, err := range made(t, config(t, servers.NewSFTP(t), dir), nil).Items(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		reader, err := item.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		if _, err := io.ReadFull(reader, make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(filepath.Join(dir, "visits.csv"), day, day.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(reader); !errors.Is(err, source.ErrChanged) {
			t.Errorf("changed half-way: %v", err)
		}
		if err := os.Remove(filepath.Join(dir, "visits.csv")); err != nil {
			t.Fatal(err)
		}
		if _, err := item.Open(t.Context()); !errors.Is(err, source.ErrChanged) {
			t.Errorf("gone: %v", err)
		}
	}
}

func TestWhatHasLandedIsNotOfferedAgain(t *testing.T) {
	dir := write(t, []sourcetest.File{{Name: "a.csv", Content: []byte("a"), ModTime: day}, {Name: "b.csv", Content: []byte("b"), ModTime: day}})
	memory, err := source.OpenMemory(filepath.Join(t.TempDir(), "sources.json"))
	if err != nil {
		t.Fatal(err)
	}
	src := made(t, config(t, servers.NewSFTP(t), dir), memory)
	for item, err := range src.Items(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if err := memory.Remember(item.Origin, item.Version); err != nil {
			t.Fatal(err)
		}
	}
	if got := names(t, src); len(got) != 0 {
		t.Errorf("offers %v again", got)
	}
	if err := os.WriteFile(filepath.Join(dir, "b.csv"), []byte("B, repaired"), 0o644); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"b.csv"}, names(t, src)); diff != "" {
		t.Error(diff)
	}
}

func TestFoldersPatternsAndLinks(t *testing.T) {
	var files []sourcetest.File
	for _, name := range []string{"走访.xlsx", "~$走访.xlsx", ".hidden.csv", "visits.csv.part", "sub/deep/issues.csv", "sub/notes.txt"} {
		files = append(files, sourcetest.File{Name: name, Content: []byte(name), ModTime: day})
	}
	dir := write(t, files)
	elsewhere := write(t, []sourcetest.File{{Name: "linked.csv", Content: []byte("x"), ModTime: day.Add(time.Hour)}})
	for link, target := range map[string]string{"link.csv": filepath.Join(elsewhere, "linked.csv"), "circle": dir, "dangling.csv": "nowhere"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	s := servers.NewSFTP(t)
	c := config(t, s, dir)
	c.Patterns = []string{"*.csv", "*.xlsx"}
	var got, faults []string
	for item, err := range made(t, c, nil).Items(t.Context()) {
		if err != nil {
			faults = append(faults, item.Name)
			continue
		}
		got = append(got, item.Name)
	}
	if diff := cmp.Diff([]string{"sub/deep/issues.csv", "走访.xlsx", "link.csv"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"dangling.csv"}, faults); diff != "" {
		t.Error(diff)
	}
	if n := s.Logins.Load(); n != 2 { // one for each look
		t.Errorf("%d log-ins", n)
	}
	c.Folder = filepath.Join(dir, "none")
	if fault, text := failure(t, made(t, c, nil)); !strings.Contains(text, c.Folder) || !strings.Contains(fault.Next, "path") {
		t.Errorf("a folder that is not there: %s", text)
	}
}

// TestOneLogInServesManyFiles: servers ban whoever logs in for every file.
func TestOneLogInServesManyFiles(t *testing.T) {
	var files []sourcetest.File
	for _, name := range []string{"a", "b", "c", "d"} {
		files = append(files, sourcetest.File{Name: name, Content: []byte(name), ModTime: day})
	}
	s := servers.NewSFTP(t)
	var open []io.ReadCloser
	for item, err := range made(t, config(t, s, write(t, files)), nil).Items(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		reader, err := item.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, reader)
	}
	for i, reader := range open {
		if content, err := io.ReadAll(reader); err != nil || string(content) != files[i].Name {
			t.Errorf("%q, %v", content, err)
		}
		reader.Close()
	}
	if n := s.Logins.Load(); n > 3 {
		t.Errorf("%d log-ins for four files", n)
	}
}

func TestTheServersKeyMustBeKnown(t *testing.T) {
	s, other := servers.NewSFTP(t), servers.NewSFTP(t)
	dir := write(t, []sourcetest.File{{Name: "a.csv", Content: []byte("a"), ModTime: day}})
	hosts := func(keys ...ssh.PublicKey) string {
		at := filepath.Join(t.TempDir(), "known_hosts")
		var lines []string
		for _, key := range keys {
			lines = append(lines, knownhosts.Line([]string{knownhosts.Normalize(s.Address)}, key)+"\n")
		}
		if err := os.WriteFile(at, []byte(strings.Join(lines, "")), 0o644); err != nil {
			t.Fatal(err)
		}
		return at
	}
	with := func(prints []string, file string) *folder {
		c := config(t, s, dir)
		c.HostKeys, c.KnownHosts = prints, file
		return made(t, c, nil)
	}
	for name, src := range map[string]*folder{
		"fingerprint of the key shown first": with(s.Prints()[:1], ""),
		"fingerprint of the other key":       with(s.Prints()[1:], ""),
		"file with the key shown first":      with(nil, hosts(s.Keys[0].PublicKey())),
		"file with the other key":            with(nil, hosts(s.Keys[1].PublicKey())),
	} {
		if got := names(t, src); len(got) != 1 {
			t.Errorf("%s: %v", name, got)
		}
	}
	before := s.Logins.Load()
	for name, c := range map[string]struct {
		src  *folder
		next string
	}{
		"fingerprint of another server":   {with(other.Prints(), ""), "host_keys"},
		"file with another key":           {with(nil, hosts(other.Keys[0].PublicKey())), "do not connect"},
		"file with both of another's":     {with(nil, hosts(other.Keys[0].PublicKey(), other.Keys[1].PublicKey())), "do not connect"},
		"file without the server":         {with(nil, hosts()), "host_keys"},
		"file that does not exist at all": {with(nil, filepath.Join(dir, "none")), ""},
	} {
		fault, text := failure(t, c.src)
		if !strings.Contains(fault.Next, c.next) {
			t.Errorf("%s: %s", name, text)
		}
		if strings.Contains(c.next, "host") && !strings.Contains(text, s.Prints()[0]) {
			t.Errorf("%s: %s does not tell the key shown", name, text)
		}
	}
	if n := s.Logins.Load(); n != before {
		t.Errorf("logged in %d times at a server that is not known", n-before)
	}
}

func TestLogInByKey(t *testing.T) {
	s := servers.NewSFTP(t)
	dir := write(t, []sourcetest.File{{Name: "a.csv", Content: []byte("a"), ModTime: day}})
	t.Setenv("TEST_PASSPHRASE", "open sesame")
	for _, passphrase := range []secret.Reference{"", "env:TEST_PASSPHRASE"} {
		text, err := passphrase.Read()
		if err != nil {
			t.Fatal(err)
		}
		at, public := privateKey(t, text.Reveal())
		s.User = public
		c := config(t, s, dir)
		c.Password, c.Key, c.Passphrase = "", secret.Reference("file:"+at), passphrase
		if got := names(t, made(t, c, nil)); len(got) != 1 {
			t.Errorf("%q: %v", passphrase, got)
		}
		if passphrase != "" {
			c.Passphrase = ""
			if _, said := failure(t, made(t, c, nil)); strings.Contains(said, "PRIVATE KEY") || !strings.Contains(said, at) {
				t.Errorf("without passphrase: %s", said)
			}
		}
	}
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	good := Config{Address: "files.town.example", User: "clerk", Password: "env:P", KnownHosts: "/etc/ssh/ssh_known_hosts"}
	if _, err := New("a", good, nil); err != nil {
		t.Fatal(err)
	}
	if at := good.filled().Address; at != "files.town.example:22" {
		t.Errorf("address %s", at)
	}
	for says, edit := range map[string]func(*Config){
		"address":          func(c *Config) { c.Address = "" },
		"host:port alone":  func(c *Config) { c.Address = "clerk@files.town.example" },
		"user":             func(c *Config) { c.User = "" },
		"password or key":  func(c *Config) { c.Password = "" },
		"password: a":      func(c *Config) { c.Password = "hunter2" },
		"fingerprint":      func(c *Config) { c.KnownHosts = "" },
		"no fingerprint":   func(c *Config) { c.HostKeys = []string{"MD5:00"} },
		"pattern":          func(c *Config) { c.Patterns = []string{"["} },
		"settle":           func(c *Config) { c.Settle = -1 },
		"limits: max_size": func(c *Config) { c.Limits.MaxSize = -1 },
	} {
		c := good
		edit(&c)
		if _, err := New("a", c, nil); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}
