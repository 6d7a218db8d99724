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

// PeriodEnd is the last month of a rating period or half-year: 2017H2, 2017Q3, 2017-11 or 2017; "" for anything else.
func PeriodEnd(period string) string {
	switch {
	case len(period) == len("2017"):
		return MonthAdd(period+"-12", 0)
	case len(period) == 6 && period[4] == 'H' && (period[5] == '1' || period[5] == '2'):
		return MonthAdd(period[:4]+map[byte]string{'1': "-06", '2': "-12"}[period[5]], 0)
	case len(period) == 6 && period[4] == 'Q' && period[5] >= '1' && period[5] <= '4':
		return MonthAdd(period[:4]+map[byte]string{'1': "-03", '2': "-06", '3': "-09", '4': "-12"}[period[5]], 0)
	case len(period) == 7 && period[4] == '-':
		return MonthAdd(period, 0)
	default:
		return ""
	}
}
