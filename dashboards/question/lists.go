package question

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// ofList is a parameter that says how a table of a page is searched, sorted and paged: the table's ID before a dot.
var ofList = regexp.MustCompile(`^[\w-]{1,60}\.(q|sort|page)$`)

// longestSearch is how many characters of a search are read.
const longestSearch = 100

// IsOfList reports whether a parameter of an address says how a table is sorted, searched or paged.
func IsOfList(name string) bool { return ofList.MatchString(name) }

// askLists reads how the tables of the page are searched, sorted and paged. Which tables there are, the page knows.
func (q *Question) askLists(values url.Values) {
	for name := range values {
		given := []rune(strings.TrimSpace(values.Get(name)))
		if len(given) > 0 && IsOfList(name) {
			q.Params.Set(name, string(given[:min(len(given), longestSearch)]))
		}
	}
}

// lasting are the parameters of an address whose change shows the same lists at another time or in other words.
var lasting = []string{"month", "against", "lang", "choose", "units", "format", "table"}

// dropLists takes the order, search and page of tables out of a link that leads from the page to another part of it:
// another place, another measure.
func dropLists(before, after url.Values) {
	for _, v := range []url.Values{before, after} {
		for name := range v {
			if !slices.Contains(lasting, name) && !IsOfList(name) && !slices.Equal(before[name], after[name]) {
				for listed := range after {
					if IsOfList(listed) {
						after.Del(listed)
					}
				}
				return
			}
		}
	}
}
