package facts

import (
	"fmt"
	"strings"
	"testing"

	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/visitor"
)

// TestEveryColumnOfAPublishedTableHasAClass: a new column of text is shown to nobody until somebody has said who may see it.
func TestEveryColumnOfAPublishedTableHasAClass(t *testing.T) {
	f := tablesOf(t)
	all, err := f.published(t.Context())
	if err != nil || len(all) < 40 {
		t.Fatalf("%d tables: %v", len(all), err)
	}
	for _, table := range all {
		for _, c := range table.Columns {
			if c.class == unsaid {
				t.Errorf("say in columns.go who may see %s.%s", table.ID, c.ID)
			}
		}
	}
}

func tablesOf(t *testing.T) Facts {
	t.Helper()
	s, err := Open(t.Context(), pagetest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	names, err := visitor.NewPseudonyms([]byte("0123456789abcdef"), pagetest.Name, 1)
	if err != nil {
		t.Fatal(err)
	}
	return Facts{Snapshot: s, Pseudonyms: names, Disclosed: &Disclosed{}}
}

// TestTablesShowPersonsOfTheOwnUnitAlone reads every table as several roles: IDs and names of households and members in full stand
// in rows of the own village or branch alone, and pseudonyms are the same in every table.
func TestTablesShowPersonsOfTheOwnUnitAlone(t *testing.T) {
	f := tablesOf(t)
	f.Data.(*pagetest.Town).Exec(t, "update visits set visit_id = member_id || '|' || household_id")
	scope := visitor.Scope{Towns: []string{pagetest.Name}}
	village := scope
	village.Village = "V1"
	for _, c := range []struct {
		v     visitor.Visitor
		sees  func(village string) bool
		cadre bool
	}{
		{visitor.Visitor{Role: visitor.Office, Scope: scope}, func(string) bool { return true }, true},
		{visitor.Visitor{Role: visitor.Analyst, Scope: scope}, func(string) bool { return false }, false},
		{visitor.Visitor{Role: visitor.VillageSecretary, Scope: village}, func(v string) bool { return v == "V1" }, false},
		{visitor.Visitor{Role: visitor.Office, Scope: scope, Only: visitor.SeePages | visitor.Export}, func(string) bool { return false }, false},
	} {
		all, err := f.Tables(t.Context(), c.v)
		if err != nil {
			t.Fatal(err)
		}
		persons := 0
		for _, table := range all {
			if restricted[table.ID] && !c.cadre {
				t.Errorf("%s reads %s", c.v.Role, table.ID)
			}
			rows, err := f.TablePage(t.Context(), c.v, table, TableFilter{}, 0, 10000)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows.Rows {
				place := ""
				if i := rows.Column("village_id"); i >= 0 {
					place = fmt.Sprint(row[i])
				} else if i := rows.Column("branch_id"); i >= 0 {
					b, _ := f.Branch(fmt.Sprint(row[i]))
					place = b.VillageID
				}
				for i, column := range table.Columns {
					text, is := row[i].(string)
					if !is || text == "" || subjects[column.class] == "" && column.class != personName || column.class == recordID && !strings.Contains(text, madeOf) {
						continue
					}
					persons++
					masked := strings.HasPrefix(text, "p1-") || strings.HasSuffix(text, "**")
					if place != "" && masked == c.sees(place) || place == "" && !masked && c.v.Role == visitor.Analyst {
						t.Errorf("%s sees %s.%s of %s as %q", c.v.Role, table.ID, column.ID, place, text)
					}
				}
			}
		}
		if persons == 0 {
			t.Errorf("%s: no table holds a person, so that nothing was tested", c.v.Role)
		}
	}
	for _, who := range []visitor.Visitor{{}, {Role: visitor.Administrator, Scope: scope}, {Role: visitor.Analyst, Scope: visitor.Scope{Towns: []string{"别镇"}}}} {
		if _, err := f.Tables(t.Context(), who); err == nil {
			t.Errorf("%+v reads tables", who)
		}
	}
}

// TestPagesOfATableHoldEveryRowOnce, and so do the shares of a copy.
func TestPagesOfATableHoldEveryRowOnce(t *testing.T) {
	f := tablesOf(t)
	v := visitor.Visitor{Role: visitor.Analyst, Scope: visitor.Scope{Towns: []string{pagetest.Name}}}
	table, err := f.Table(t.Context(), v, "measures")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for offset := int64(0); ; offset += 1000 {
		page, err := f.TablePage(t.Context(), v, table, TableFilter{}, offset, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Rows) == 0 {
			break
		}
		for _, row := range page.Rows {
			if key := fmt.Sprint(row[:5]); seen[key] {
				t.Fatalf("%s comes twice", key)
			} else if strings.Contains(key, " member ") {
				t.Fatalf("%s is about a person", key)
			} else {
				seen[key] = true
			}
		}
	}
	shared := 0
	for share := range int64(3) {
		part, err := f.TableShare(t.Context(), v, table, share, 3)
		if err != nil {
			t.Fatal(err)
		}
		shared += len(part.Rows)
	}
	if len(seen) < 1000 || shared != len(seen) {
		t.Errorf("%d rows in pages, %d in shares", len(seen), shared)
	}
}
