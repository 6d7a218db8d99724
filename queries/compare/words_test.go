package compare

import (
	"regexp"
	"testing"

	"hulian/queries/sentence"
)

// singulars are words that no phrase may set behind a single 1.
var singulars = regexp.MustCompile(`\b(all )?1 (farther )?(pilots|others|villages|months|measures|ways|drawn ways|village-months|periods|ones|have|lack|are|do|stand)\b`)

// TestOneIsNoPlural: every phrase, with each of its numbers 1, speaks of one thing: towns with one pilot, or a month since the start, are usual.
func TestOneIsNoPlural(t *testing.T) {
	all := sentence.Values{}
	for _, name := range []string{"n", "n1", "n0", "of", "all", "known", "months", "pilots", "others", "early", "late", "near", "far", "without", "missing", "ways", "count", "times", "most", "base"} {
		all[name] = "1"
	}
	for _, key := range book.Keys() {
		if said := singulars.FindString(book.Say("en", key, all)); said != "" {
			t.Errorf("%s says %q: %s", key, said, book.Say("en", key, all))
		}
	}
}

// TestProbabilitiesAreWrittenAsTheyAre: one that is next to nothing is no 0.0%, and none is written with two signs.
func TestProbabilitiesAreWrittenAsTheyAre(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{equals(.018), "= 0.018"}, {equals(.0002), "< 0.001"}, {floor(1. / 56), "0.018"}, {floor(1. / 184_756), "0.000005"},
		{chance(.0179, "zh"), "约1.8%"}, {chance(.0001, "zh"), "不到0.1%"}, {chance(.0001, "en"), "below 0.1%"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
