package propose

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// madeRows is how many rows a table of testdata/headers.txt gets.
const madeRows = 60

// madeTables reads testdata/headers.txt and makes up values below its headers. A line is a header, what stands below it, and
// the contract column it is; nothing where it is none.
func madeTables(t testing.TB) (all []known) {
	t.Helper()
	content, err := os.ReadFile("testdata/headers.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range strings.Split("\n"+string(content), "\n== ")[1:] {
		name, lines, _ := strings.Cut(block, "\n")
		all = append(all, madeTable(t, name, lines))
	}
	return all
}

func madeTable(t testing.TB, name, lines string) known {
	t.Helper()
	options := map[string]string{"sep": ",", "export": "issues", "date": "%Y-%m-%d", "file": name + ".csv"}
	k := known{name: name, columns: map[string]string{}}
	var headers, kinds []string
	for line := range strings.Lines(lines) {
		line = strings.TrimRight(line, "\n")
		if option, ok := strings.CutPrefix(line, "@"); ok {
			key, value, _ := strings.Cut(option, "=")
			options[key] = value
			continue
		}
		header, rest, ok := strings.Cut(line, "|")
		if !ok {
			continue
		}
		kind, column, _ := strings.Cut(rest, "|")
		headers, kinds = append(headers, header), append(kinds, kind)
		if column != "" {
			k.columns[column] = header
		}
	}
	if options["ts"] == "" {
		options["ts"] = options["date"] + " %H:%M:%S"
	}
	rows := madeRows
	if n, err := strconv.Atoi(options["n"]); err == nil {
		rows = n
	}
	k.export, k.file, k.header = options["export"], options["file"], 1
	var out strings.Builder
	w := csv.NewWriter(&out)
	w.Comma = rune(options["sep"][0])
	write := func(cells []string) {
		if err := w.Write(cells); err != nil {
			t.Fatal(err)
		}
	}
	for title := range strings.SplitSeq(options["title"], `\n`) {
		if title != "" {
			write(append([]string{title}, make([]string, len(headers)-1)...))
			k.header++
		}
	}
	write(headers)
	r := rand.New(rand.NewPCG(7, uint64(len(lines))))
	for row := range rows {
		write(madeRow(r, row, kinds, options))
	}
	w.Flush()
	k.content = []byte(out.String())
	return k
}

// madeRow makes up one row: a matter that is reported, due and, mostly, closed.
func madeRow(r *rand.Rand, row int, kinds []string, options map[string]string) (cells []string) {
	day, moment := layout.Replace(options["date"]), layout.Replace(options["ts"])
	reported := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(60*24*60)) * time.Minute)
	closed, open := reported.Add(time.Duration(1+r.IntN(20*24*60))*time.Minute), r.IntN(4) == 0
	ended := func(format string) string {
		if open {
			return ""
		}
		return closed.Format(format)
	}
	for _, kind := range kinds {
		kind, given, _ := strings.Cut(kind, ":")
		words := strings.Split(given, ",")
		one := func(usual ...string) string {
			if given != "" {
				usual = words
			}
			return usual[r.IntN(len(usual))]
		}
		between := func(least, most int) string {
			if len(words) == 2 {
				least, _ = strconv.Atoi(words[0])
				most, _ = strconv.Atoi(words[1])
			}
			return strconv.Itoa(least + r.IntN(most-least+1))
		}
		made := map[string]func() string{
			"id":   func() string { return given + strconv.Itoa(100000+row*7+r.IntN(7)) },
			"uuid": func() string { return fmt.Sprintf("%08x-%04x", r.Uint32(), r.Uint32()&0xffff) },
			"seq":  func() string { return strconv.Itoa(row + 1) },
			"rep":  func() string { return given + strconv.Itoa(100+r.IntN(6)) },
			"d0":   func() string { return reported.Format(day) },
			"t0":   func() string { return reported.Format(moment) },
			"h0":   func() string { return reported.Format("15:04") },
			"d1":   func() string { return ended(day) },
			"t1":   func() string { return ended(moment) },
			"tu":   func() string { return closed.Format(moment) },
			"du":   func() string { return closed.Format(day) },
			"dd":   func() string { return reported.AddDate(0, 0, 10).Format(day) },
			"td":   func() string { return reported.AddDate(0, 0, 10).Format(moment) },
			"cat":  func() string { return one("Noise", "Pothole", "Graffiti", "Garbage", "Street Light") },
			"area": func() string { return one("Old Harbor", "Mill Row", "North Steps", "East End", "Green Lane") },
			"num":  func() string { return between(1, 30) },
			"dec":  func() string { return fmt.Sprintf("%.2f", 1+89*r.Float64()) },
			"text": func() string {
				return one("The lamp is dark", "Too loud at night", "A hole in the road") + " " + strconv.Itoa(row)
			},
			"addr":   func() string { return strconv.Itoa(1+r.IntN(99)) + " Sample Street" },
			"zip":    func() string { return strconv.Itoa(60600 + r.IntN(10)) },
			"lat":    func() string { return fmt.Sprintf("%.6f", 41.7+r.Float64()/10) },
			"lon":    func() string { return fmt.Sprintf("%.6f", -87.6-r.Float64()/10) },
			"phone":  func() string { return fmt.Sprintf("139%08d", r.IntN(100000000)) },
			"person": func() string { return one("甲样本", "乙样本", "丙样本", "丁样本", "戊样本") },
			"bool":   func() string { return one("Y", "N") },
			"url":    func() string { return "https://example.org/p/" + strconv.Itoa(row) + ".jpg" },
			"const":  func() string { return given },
			"blank":  func() string { return "" },
			"status": func() string { return map[bool]string{true: "Open", false: "Closed"}[open] },
		}[kind]
		cells = append(cells, made())
	}
	return cells
}

// layout turns the way a day is written into one of the standard library.
var layout = strings.NewReplacer("%Y", "2006", "%m", "01", "%d", "02", "%H", "15", "%I", "03", "%M", "04", "%S", "05", "%p", "PM", "%b", "Jan")
