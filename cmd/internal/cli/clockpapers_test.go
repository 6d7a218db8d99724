package cli

import (
	"testing"
	"time"

	"hulian/cmd/internal/config"
)

func TestPapersAreDueFromTheirDayOn(t *testing.T) {
	for moment, want := range map[string]string{"2018-02-02": "", "2018-02-03": "2018-01", "2018-02-28": "2018-01", "2018-01-03": "2017-12", "2018-03-31": "2018-02"} {
		at, err := time.Parse(time.DateOnly, moment)
		if err != nil {
			t.Fatal(err)
		}
		month, is := due(at, 3)
		if is != (want != "") || is && month != want {
			t.Errorf("%s: %s %t, want %q", moment, month, is, want)
		}
	}
}

func TestPapersThatCannotBeMadeAreRefusedAtOnce(t *testing.T) {
	for _, c := range []config.Paper{{Kind: "weekly"}, {Kind: "evidence"}, {Kind: "monthly", For: "everyone"}, {Kind: "monthly", Formats: []string{"doc"}}} {
		if err := checkPapers(config.Config{Papers: []config.Paper{c}}); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
	if err := checkPapers(config.Config{Papers: []config.Paper{{Kind: "public", Formats: []string{"pdf", ".docx"}}, {Kind: "monthly", For: "village"}}}); err != nil {
		t.Error(err)
	}
}
