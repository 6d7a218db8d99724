package facts

import "strings"

// periodOrder orders the periods of a column by time in SQL: by the month a period ends in, and of those that end together the shorter later.
// As text 2017H1 would come after 2017-12, and 2017 before all of its parts.
func periodOrder(column string) string {
	return strings.ReplaceAll(`(substr(p, 1, 4) || case substr(p, 5, 1)
    when 'H' then case substr(p, 6, 1) when '1' then '-06-01' else '-12-07' end
    when 'Q' then case substr(p, 6, 1) when '1' then '-03-01' when '2' then '-06-04' when '3' then '-09-07' else '-12-10' end
    when '-' then substr(p, 5, 3) || substr(p, 5, 3)
    else '-12-01' end)`, "(p,", "("+column+",")
}
