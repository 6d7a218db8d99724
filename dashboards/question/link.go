package question

import (
	"net/url"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
)

// UnitsToday is the value of the address's filter "units" that asks for past months by the units of today.
const UnitsToday = "today"

// ByToday makes a link show past months by the units of today, or as they were lived.
func ByToday(today bool) Change {
	return func(v url.Values) {
		v.Del("units")
		if today {
			v.Set("units", UnitsToday)
		}
	}
}

// Change alters one filter of a link.
type Change func(url.Values)

// At sets the month of a link.
func At(month string) Change { return func(v url.Values) { v.Set("month", month) } }

// In sets the village of a link and clears the branch; In("") leads back to the town.
func In(village string) Change {
	return func(v url.Values) {
		v.Del("branch")
		Set(v, "village", village)
	}
}

// InBranch sets the branch of a link.
func InBranch(branch string) Change {
	return func(v url.Values) {
		v.Del("village")
		Set(v, "branch", branch)
	}
}

// InUnit sets village or branch of a link, whichever the unit is; the town clears both.
func InUnit(u facts.Unit) Change {
	switch u.Level {
	case facts.LevelVillage:
		return In(u.ID)
	case facts.LevelBranch:
		return InBranch(u.ID)
	default:
		return In("")
	}
}

// With sets a parameter of the page linked to.
func With(name, value string) Change { return func(v url.Values) { Set(v, name, value) } }

// Downloading makes a link to one table of a page as a file, in the order in which the page shows it.
func Downloading(format, table string) Change {
	return func(v url.Values) {
		for name := range v {
			if IsOfList(name) && name != table+".sort" {
				v.Del(name)
			}
		}
		v.Set("format", format)
		v.Set("table", table)
	}
}

// Speaking sets the language of a link.
func Speaking(lang string) Change {
	return func(v url.Values) {
		v.Del("lang")
		if lang == language.English {
			v.Set("lang", lang)
		}
	}
}

// Choosing sets the language of a link as the choice of whoever opens it, for the pages after it too.
func Choosing(lang string) Change {
	return func(v url.Values) {
		v.Set("lang", lang)
		v.Set("choose", "1")
	}
}

// Set sets a parameter of an address; an empty value deletes it.
func Set(v url.Values, name, value string) {
	if value == "" {
		v.Del(name)
		return
	}
	v.Set(name, value)
}
