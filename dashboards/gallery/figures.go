package gallery

import (
	"fmt"
	"math"

	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// village is one invented village: names in both languages, and eight figures.
type village struct {
	zh, en  string
	figures [8]float64
	place   [8]view.Place
	column  int
	row     int
}

var villages = []village{
	{"破山村", "Poshan", [8]float64{54, 22, 3, 5, 20, 71, 80, 117}, [8]view.Place{-2, -2, 0, -2, 0, -1, -2, -2}, 2, 2},
	{"联明村", "Lianming", [8]float64{51, 27, 11, 20, 15, 100, 25, 52}, [8]view.Place{-2, -2, -2, -1, 0, 0, -2, 0}, 1, 3},
	{"逍林街社区", "Xiaolin Street", [8]float64{81, 7, 2, 82, 20, 82, 100, 60}, [8]view.Place{0, 0, 0, 0, 0, 0, 0, -1}, 1, 1},
	{"水云浦村", "Shuiyunpu", [8]float64{83, 7, 2, 56, 13, 67, 100, 42}, [8]view.Place{0, 0, 0, -1, 1, -1, 0, 1}, 2, 1},
	{"宏跃村", "Hongyue", [8]float64{87, 5, 3, 85, 26, 96, 100, 52}, [8]view.Place{1, 0, 0, 0, -1, 1, 0, 0}, 2, 3},
	{"林西村", "Linxi", [8]float64{87, 4, 2, 71, 24, 93, 100, 47}, [8]view.Place{1, 0, 0, 0, -1, 0, 0, 0}, 4, 1},
	{"逍路沿村", "Xiaoluyan", [8]float64{81, 6, 3, 50, 14, 100, 100, 45}, [8]view.Place{0, 0, 0, -1, 0, 0, 0, 0}, 3, 3},
	{"桥一村", "Qiaoyi", [8]float64{87, 2, 0, 83, 17, 71, 100, 51}, [8]view.Place{1, 1, 2, 0, 0, -1, 0, 0}, 1, 2},
	{"振兴村", "Zhenxing", [8]float64{86, 5, 2, 83, 14, 92, 100, 49}, [8]view.Place{0, 0, 0, 0, 0, 0, 0, 0}, 3, 1},
	{"新园村", "Xinyuan", [8]float64{92, 3, 2, 81, 17, 100, 100, 43}, [8]view.Place{2, 1, 0, 0, 0, 0, 0, 1}, 3, 2},
	{"福合院村", "Fuheyuan", [8]float64{89, 2, 1, 72, 68, 87, 100, 69}, [8]view.Place{1, 1, 1, 0, 0, 0, 0, -1}, 4, 2},
}

// long is a name nobody shortens.
const (
	longZh = "逍林镇新园村滨海工业园区流动党员联合网格第一支部"
	longEn = "First joint grid branch of mobile party members in the Xinyuan seaside industrial estate"
)

// measure is one column of the invented figures.
type measure struct {
	zh, en string
	suffix string
	up     bool
}

var measures = []measure{
	{"走访覆盖率", "Visit coverage", "%", true},
	{"60天未走访", "Unvisited 60 days", "%", false},
	{"未走访党员", "Members without visits", "%", false},
	{"按期办结率", "Resolved in time", "%", true},
	{"超期件数", "Overdue issues", "", false},
	{"满意率", "Satisfaction", "%", true},
	{"对账会召开率", "Meetings held", "%", true},
	{"每人服务人口", "People per hand", "", false},
}

func (s *shelf) name(v village) string    { return s.T(v.zh, v.en) }
func (s *shelf) measure(m measure) string { return s.T(m.zh, m.en) }
func (s *shelf) long() string             { return s.T(longZh, longEn) }

// value is an invented value with an invented base.
func (s *shelf) value(x float64, m measure, base float64) view.Value {
	v := view.Value{X: x, Text: reading.Decimal(x, 0) + m.suffix, Link: "/components#rows"}
	if m.suffix == "%" && base > 0 {
		v.Numerator, v.Denominator = math.Round(x*base/100), base
	}
	return v
}

// toned is a value with a judgement.
func toned(v view.Value, p view.Place) view.Value {
	switch p {
	case view.FarBehind:
		v.Tone = view.ToneWorse
	case view.FarAhead:
		v.Tone = view.ToneBetter
	default:
	}
	return v
}

func (s *shelf) unknown(zh, en string) view.Value { return view.Value{Unknown: s.T(zh, en)} }

// few is a value that stands on two households.
func few() view.Value {
	return view.Value{X: 50, Text: "50%", Numerator: 1, Denominator: 2, Tone: view.ToneWorse}
}

// months are n months up to January 2018.
func months(n int) []string {
	all := make([]string, n)
	for i := range all {
		m := 2018*12 - (n - 1) + i
		all[i] = fmt.Sprintf("%d-%02d", m/12, m%12+1)
	}
	return all
}

// course is an invented curve over two years: even at first, then rising by slope a month, with a small wave.
func course(start, slope, wave float64, from int) view.Trend {
	t := view.Trend{Months: months(24)}
	for i := range 24 {
		t.Values = append(t.Values, math.Round((start+wave*math.Sin(float64(i)*1.7)+slope*math.Max(float64(i-from), 0))*10)/10)
		t.Low, t.High = append(t.Low, start-1.8*wave), append(t.High, start+1.8*wave)
	}
	return t
}
