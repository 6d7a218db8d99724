package compare

import "testing"

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
