package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// many adds households that nobody has visited to a branch of the test's town.
func many(t *testing.T, h house, n int) {
	t.Helper()
	for i := range n {
		id := fmt.Sprintf("HX%03d", i)
		h.town.Exec(t, `insert into households by name select ? as household_id, 'V1' as village_id, 'B11' as branch_id, '=1+1' as head_name, 'none' as vulnerable`, id)
		h.town.Exec(t, `insert into unvisited_households by name select ? as household_id, 'V1' as village_id, 'B11' as branch_id, ? as days_since`, id, 100+i)
	}
	h.town.generation++
}

// shownRows are the rows of a page's table, as a reader sees them.
func shownRows(body, table string) int {
	_, rest, _ := strings.Cut(body, `id="table-`+table+`"`)
	_, rest, _ = strings.Cut(rest, "<tbody>")
	rows, _, _ := strings.Cut(rest, "</tbody>")
	return strings.Count(rows, "<tr>")
}

// A list of a page is searched, sorted and turned by the address; month, place and language stay, and so does the order of
// another list of the page.
func TestListsOfPagesAreWhole(t *testing.T) {
	h := newHouse(t)
	many(t, h, 120)
	client := as(t, h.URL, "office")
	_, first := h.do(t, client, http.MethodGet, "/visits?lang=en&village=V1", sent{})
	if n := shownRows(first, "unvisited"); n != 25 {
		t.Errorf("%d rows stand on the first page of the list", n)
	}
	_, body := h.do(t, client, http.MethodGet, "/visits?lang=en&village=V1&silent.sort=-2&unvisited.q=hx&unvisited.sort=-6&unvisited.page=5", sent{})
	if n := shownRows(body, "unvisited"); n != 20 || !strings.Contains(body, "Rows 101–120 of 120 that match") {
		t.Errorf("%d rows stand on the last page", n)
	}
	for _, kept := range []string{`name="silent.sort" value="-2"`, `/visits?lang=en&amp;silent.sort=-2&amp;unvisited.page=4&amp;unvisited.q=hx&amp;unvisited.sort=-6&amp;village=V1#table-unvisited`,
		`/visits?choose=1&amp;lang=zh&amp;silent.sort=-2&amp;unvisited.page=5&amp;unvisited.q=hx&amp;unvisited.sort=-6&amp;village=V1`} {
		if !strings.Contains(body, kept) {
			t.Errorf("the page does not keep %s", kept)
		}
	}
	if strings.Contains(body, `href="/village?lang=en&amp;silent`) || strings.Contains(body, `href="/visits?lang=en&amp;unvisited`) {
		t.Error("a link to another page or place keeps the order of a list")
	}
}

// A page of a list is read alone. Its pages together hold every row once, in the order of the file, and say how many there are; an address
// beyond the last page shows that one.
func TestPagesOfAListHoldEveryRowOnce(t *testing.T) {
	h := newHouse(t)
	many(t, h, 120)
	client := as(t, h.URL, "office")
	households := regexp.MustCompile(`HX\d{3}`)
	_, file := h.do(t, client, http.MethodGet, "/visits?lang=en&village=V1&table=unvisited&format=csv", sent{})
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := len(lines) - 2 // the head and what the file says of itself
	var turned, last string
	for page := 1; (page-1)*25 < all; page++ {
		_, body := h.do(t, client, http.MethodGet, fmt.Sprintf("/visits?lang=en&village=V1&unvisited.page=%d", page), sent{})
		if said := fmt.Sprintf("Rows %d–%d of %d", 25*page-24, min(25*page, all), all); !strings.Contains(body, said) || !strings.Contains(body, fmt.Sprintf("Export all %d rows", all)) {
			t.Errorf("page %d does not say %q, or that a file holds all", page, said)
		}
		_, rows, _ := strings.Cut(body, `id="table-unvisited"`)
		_, rows, _ = strings.Cut(rows, "<tbody>")
		last, _, _ = strings.Cut(rows, "</tbody>")
		turned += last
	}
	if diff := cmp.Diff(households.FindAllString(file, -1), households.FindAllString(turned, -1)); diff != "" || all < 120 {
		t.Errorf("the pages hold other rows than the file of %d (-file +pages):\n%s", all, diff)
	}
	if _, beyond := h.do(t, client, http.MethodGet, "/visits?lang=en&village=V1&unvisited.page=99", sent{}); !strings.Contains(beyond, last) {
		t.Error("an address beyond the last page does not show that one")
	}
}

// A file holds all rows in the order of the page, whatever is searched for, and says how many exist; both formats hold the same.
func TestExportsHoldWhatThePageHolds(t *testing.T) {
	h := newHouse(t)
	many(t, h, 120)
	for account, head := range map[string]string{"office": "=1+1", "analyst": "="} { // the surname of a name that is a formula
		client := as(t, h.URL, account)
		const address = "/visits?lang=en&village=V1&table=unvisited&unvisited.q=hx&unvisited.sort=-6&format="
		_, body := h.do(t, client, http.MethodGet, address+"csv", sent{})
		lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		response, body := h.do(t, client, http.MethodGet, address+"xlsx", sent{})
		if got := response.Header.Get("Content-Disposition"); !strings.Contains(got, "hulian-visits-unvisited-2018-01.xlsx") {
			t.Errorf("the file is called %q", got)
		}
		book, err := excelize.OpenReader(bytes.NewReader([]byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := book.GetRows("Data", excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		about, err := book.GetRows("About")
		if err != nil {
			t.Fatal(err)
		}
		if err := book.Close(); err != nil {
			t.Fatal(err)
		}
		last := lines[len(lines)-1][0]
		said := fmt.Sprintf("%d exist, this file holds %d", len(lines)-2, len(lines)-2)
		if !strings.HasPrefix(last, "# Table: ") || !strings.Contains(last, said) || !strings.Contains(fmt.Sprint(about), said) || len(lines) < 123 {
			t.Errorf("%s: the files do not say that %s: %s; %v", account, said, last, about)
		}
		for i, row := range rows {
			for len(row) < len(lines[i]) {
				row = append(row, "")
			}
			line := slices.Clone(lines[i])
			for j := range line {
				line[j] = strings.TrimPrefix(line[j], "'")
			}
			if diff := cmp.Diff(line, row); diff != "" && i < 20 {
				t.Errorf("%s: row %d differs (-csv +xlsx):\n%s", account, i, diff)
			}
		}
		if len(rows) != len(lines)-1 || !strings.Contains(strings.Join(lines[1], "|"), "'"+head) || strings.Contains(strings.Join(lines[1], "|"), "1+1") != (account == "office") {
			t.Errorf("%s: %d rows in the workbook, %d in the text; first %q", account, len(rows), len(lines)-1, lines[1])
		}
	}
}

// TestRowsBehindANumber: behind the town's coverage stand the visited households, named for whoever may see them; what has no
// rows says what it is made of.
func TestRowsBehindANumber(t *testing.T) {
	h := newHouse(t)
	for account, named := range map[string]bool{"office": true, "secretary1": true, "secretary2": false, "analyst": false, "auditor": false} {
		_, body := h.do(t, as(t, h.URL, account), http.MethodGet, "/behind?measure=household_coverage&village=V1&part=denominator&rows.sort=1", sent{})
		if strings.Contains(body, "HB11") != named || !strings.Contains(body, "分母：") || !strings.Contains(body, "2018-01-31") {
			t.Errorf("%s: households are named: %v, want %v", account, !named, named)
		}
		if sql := strings.Contains(body, "<summary>SQL</summary>"); sql != (account == "analyst") {
			t.Errorf("%s is shown SQL: %v", account, sql)
		}
	}
	office := as(t, h.URL, "office")
	for address, want := range map[string]string{
		"/behind?measure=points_gini": "这个数没有逐行明细", "/behind?measure=points_burst": "数据来源", "/behind?measure=validity": "逐行列出", "/behind?measure=satisfaction_rate": "分母：", "/measures?measure=household_coverage&village=V1": "rows-behind",
	} {
		if _, body := h.do(t, office, http.MethodGet, address, sent{}); !strings.Contains(body, want) {
			t.Errorf("%s does not show %s", address, want)
		}
	}
	if response, _ := h.do(t, office, http.MethodGet, "/behind?measure=none", sent{}); response.StatusCode != http.StatusBadRequest {
		t.Errorf("a measure that nobody has defined: %s", response.Status)
	}
	_, body := h.do(t, office, http.MethodGet, "/", sent{})
	if strings.Contains(body, `>数字背后</a>`) {
		t.Error("the page stands in the navigation")
	}
}

// TestTheRowsOpenBesideThePage: a click on the base of a number opens its rows in a drawer, which is searched and closed there.
func TestTheRowsOpenBesideThePage(t *testing.T) {
	h := newHouse(t)
	many(t, h, 60)
	ctx, complaints, _ := browser(t)
	enter(ctx, t, h.URL, "office")
	visit(ctx, t, h.URL+"/measures?measure=household_coverage&village=V1&lang=en")
	if err := chromedp.Do(ctx, chromedp.Click(`.stat a.rows-behind`), chromedp.WaitVisible(`dialog.side[open] .listing`)); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Click(`dialog.side .parts a:last-child`), chromedp.WaitVisible(`dialog.side .parts a:last-child[aria-current]`),
		chromedp.SendKeys(`dialog.side input[type=search]`, "HX059\n"), chromedp.WaitVisible(`dialog.side input[value="HX059"]`)); err != nil {
		t.Fatal(err)
	}
	if rows := evaluate[int](ctx, t, `document.querySelectorAll("dialog.side tbody tr").length`); rows != 1 {
		t.Errorf("%d rows are found in the drawer", rows)
	}
	if err := chromedp.Do(ctx, chromedp.Click(`dialog.side button.close`), chromedp.WaitNotVisible(`dialog.side`)); err != nil {
		t.Fatal(err)
	}
	if at := evaluate[string](ctx, t, `location.pathname`); at != "/measures" {
		t.Errorf("the page has gone to %s", at)
	}
	if said := complaints(); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}
}
