package facts

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// cell is one cell of a query's result.
type cell struct{ any }

func (c cell) text() string {
	switch v := c.any.(type) {
	case string:
		return v
	case time.Time:
		if v.Hour() == 0 && v.Minute() == 0 && v.Second() == 0 {
			return v.Format(time.DateOnly)
		}
		return v.Format("2006-01-02 15:04")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	default:
		return ""
	}
}

// count is a number where null and nothing mean the same: zero.
func count(x float64) int64 {
	if math.IsNaN(x) {
		return 0
	}
	return int64(math.Round(x))
}

// placeholders is n question marks for an `in (…)`.
func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
