package picture

import (
	"strings"

	"hulian/dashboards/language"
	"hulian/dashboards/view"
)

// judged is one value with the name it carries.
type judged struct {
	name  string
	value view.Value
}

// gathered are names and values of rows.
func gathered[T any](rows []T, of func(T) (string, view.Value)) (names []string, values []view.Value, all []judged) {
	for _, r := range rows {
		name, value := of(r)
		names, values, all = append(names, name), append(values, value), append(all, judged{name, value})
	}
	return names, values, all
}

// tally says in one sentence how many values there are, which are judged worse and better, and how many cannot be judged.
func tally(f view.Frame, all []judged) string {
	l := f.Language
	var worse, better []string
	small, unknown := 0, 0
	for _, j := range all {
		switch {
		case !j.value.Known():
			unknown++
		case j.value.Small():
			small++
		case j.value.Tone == view.ToneWorse:
			worse = append(worse, j.name)
		case j.value.Tone == view.ToneBetter:
			better = append(better, j.name)
		}
	}
	said := l.Tf("%s，共%d项", "%s: %d in all", f.Title, len(all))
	said += named(l, l.T("，较差", ", worse "), worse) + named(l, l.T("，较好", ", better "), better)
	if small > 0 {
		said += l.Tf("，%d项基数太小不作评价", ", %d not judged (small base)", small)
	}
	if unknown > 0 {
		said += l.Tf("，%d项未知", ", %d unknown", unknown)
	}
	return said + l.T("。", ".")
}

// named counts names and says the first three of them.
func named(l language.Language, lead string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	shown := strings.Join(names[:min(3, len(names))], l.T("、", ", "))
	if len(names) > 3 {
		shown += l.T("等", " and others")
	}
	return lead + l.Tf("%d项（%s）", "%d (%s)", len(names), shown)
}
