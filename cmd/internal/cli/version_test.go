package cli

import (
	"runtime/debug"
	"testing"
)

// TestTheCommitIsReadFromTheBinary gives what the Go tool records, in any order.
func TestTheCommitIsReadFromTheBinary(t *testing.T) {
	revision, at := debug.BuildSetting{Key: "vcs.revision", Value: "0ddc67ae"}, debug.BuildSetting{Key: "vcs.time", Value: "2026-12-01T12:13:29Z"}
	changed, clean := debug.BuildSetting{Key: "vcs.modified", Value: "true"}, debug.BuildSetting{Key: "vcs.modified", Value: "false"}
	for name, c := range map[string]struct {
		settings []debug.BuildSetting
		want     commit
	}{
		"a commit":            {[]debug.BuildSetting{revision, at, clean}, commit{"0ddc67ae", "2026-12-01T12:13:29Z"}},
		"a folder with edits": {[]debug.BuildSetting{changed, revision, at}, commit{"0ddc67ae with changes", "2026-12-01T12:13:29Z"}},
		"no git":              {[]debug.BuildSetting{{Key: "GOARCH", Value: "arm64"}}, commit{}},
	} {
		if got := commitOf(&debug.BuildInfo{Settings: c.settings}); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
