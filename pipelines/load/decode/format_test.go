package decode

import (
	"testing"
)

// Cells are read as people see them, by the format they have: digits that were lost are not made up, a day that a format
// leaves out because nobody named it stays out, and hours that run on are no day of 1900.
func TestCellsAreReadAsTheirFormatShowsThem(t *testing.T) {
	for _, test := range []struct {
		format, stored string
		text           string
		kind           Kind
	}{
		{"000000", "101", "000101", Number}, {"0.00", "1998.1", "1998.10", Number}, {"General", "1998.1", "1998.1", Number}, {"G/通用格式", "101", "101", Number},
		{"[$-804]G/通用格式", "101", "101", Number}, {`0"分"`, "2", "2分", Number}, {`"扣"0`, "2", "扣2", Number}, {"#,##0", "20180001", "20,180,001", Number}, {"0%", "0.25", "25%", Number},
		{"0", "330282197501011008", "3.30282197501011E+17", Number}, {"0_ ", "330282197501011008", "3.30282197501011E+17", Number}, {"@", "330282197501011008", "3.30282197501011E+17", Number},
		{"0", "4862.999999999999", "4863", Number}, {"General", "20180001.0", "20180001", Number},
		{"yyyy-mm-dd", "43105", "2018-01-05", Moment}, {`yyyy"年"m"月"d"日"`, "43105.375", "2018-01-05 09:00:00", Moment}, {`[DBNum1][$-804]yyyy"年"m"月"d"日"`, "43105", "2018-01-05", Moment},
		{"[$-804]上午/下午h\"时\"mm\"分\"", "43101.375", "2018-01-01 09:00:00", Moment}, {"yyyy/m/d h:mm AM/PM", "43101", "2018-01-01", Moment}, {`e"年"m"月"d"日"`, "43101", "2018-01-01", Moment},
		{`m"月"d"日"`, "43101", "2018-01-01", Moment}, {"h:mm", "0.375", "09:00:00", Moment}, {"aaaa", "43101", "2018-01-01", Moment},
		{`yyyy"年"m"月"`, "43101", "2018-01", Moment}, {"yyyy.mm", "43101", "2018-01", Moment}, {"mmm-yy", "43132", "2018-02", Moment}, {`e"年"m"月"`, "43101", "2018-01", Moment},
		{`yyyy"年"m"月"`, "43105", "2018-01-05", Moment}, {"yyyy", "43101", "2018", Moment}, {"yyyy", "43105", "2018-01-05", Moment},
		{"[h]:mm", "1.375", "33:00:00", Moment}, {"[mm]:ss", "0.0104166667", "0:15:00", Moment}, {"[h]:mm:ss", "43105.375", "43105.375", Number},
	} {
		f := formats{of: []int{0, 200}, codes: map[int]string{200: test.format}}
		if got := f.shown(test.stored, 1, 0); got.Text != test.text || got.Kind != test.kind {
			t.Errorf("%s by %s is %q (kind %d), want %q (kind %d)", test.stored, test.format, got.Text, got.Kind, test.text, test.kind)
		}
	}
	for id, want := range map[int]string{14: "2018-01-01", 17: "2018-01", 27: "2018-01", 57: "2018-01", 58: "2018-01-01", 31: "2018-01-01"} {
		f := formats{of: []int{id}}
		if got := f.shown("43101", 0, 0); got.Text != want || got.Kind != Moment {
			t.Errorf("format %d shows %q, want %q", id, got.Text, want)
		}
	}
	f := formats{of: []int{14}}
	if got := f.shown("41639", 0, 1462); got.Text != "2018-01-01" {
		t.Errorf("a day counted from 1904 is %s", got.Text)
	}
}
