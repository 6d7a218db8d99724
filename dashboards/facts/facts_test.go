package facts_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
)

// counted counts the queries that reach a town, by the table they name first.
type counted struct {
	*pagetest.Town
	mu   sync.Mutex
	from map[string]int
}

func (c *counted) Query(ctx context.Context, sql string, args ...any) (pipelines.Table, error) {
	c.count(sql)
	return c.Town.Query(ctx, sql, args...)
}

func (c *counted) Scan(ctx context.Context, do func(pipelines.Piece) error, sql string, args ...any) error {
	c.count(sql)
	return c.Town.Scan(ctx, do, sql, args...)
}

func (c *counted) count(sql string) {
	_, from, _ := strings.Cut(sql, "from ")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.from[strings.Fields(from)[0]]++
}

func opened(t *testing.T) (facts.Facts, *counted) {
	t.Helper()
	town := &counted{Town: pagetest.New(t), from: map[string]int{}}
	s, err := facts.Open(t.Context(), town)
	if err != nil {
		t.Fatal(err)
	}
	clear(town.from)
	return facts.Facts{Snapshot: s, Programme: data.DefaultProgramme()}, town
}

func of(role visitor.Role, village string) visitor.Visitor {
	return visitor.Visitor{Role: role, Scope: visitor.Scope{Towns: []string{pagetest.Name}, Village: village}}
}

// Many ask at the same moment: rows and values are read once, and each sees the names that are for him.
func TestWhatManyAskForIsReadOnce(t *testing.T) {
	f, town := opened(t)
	villages := facts.Scope{Level: facts.LevelVillage, From: f.LastMonth, To: f.LastMonth}
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			who, want := of(visitor.Office, ""), "赵大有"
			if i%2 == 0 {
				who, want = of(visitor.Analyst, ""), "赵**"
			}
			homes, err := f.Unvisited(t.Context(), who, f.Town, f.LastMonth, 60, facts.First(50))
			if err != nil {
				t.Error(err)
				return
			}
			for _, h := range homes {
				if h.HeadName != want {
					t.Errorf("%s reads %s", who.Role, h.HeadName)
				}
			}
			if _, err := f.Values(t.Context(), who, villages, "card_rate", "household_coverage"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if town.from["visits"] != 1 || town.from["measures"] != 1 {
		t.Errorf("queries: %v", town.from)
	}
	// What is known is not read again, and of a town as small as this all measures are known.
	if _, err := f.Values(t.Context(), of(visitor.Office, ""), villages, "card_rate", "on_time_rate"); err != nil || town.from["measures"] != 1 {
		t.Errorf("%v, queries: %v", err, town.from)
	}
}

// A village secretary reads the names of the own village in full, and those of others masked.
func TestNamesAreMaskedOutsideTheScope(t *testing.T) {
	f, _ := opened(t)
	secretary := of(visitor.VillageSecretary, "V1")
	homes, err := f.Unvisited(t.Context(), secretary, f.Town, f.LastMonth, 60, facts.First(50))
	if err != nil {
		t.Fatal(err)
	}
	members, err := f.Overloaded(t.Context(), secretary, f.Town, f.LastMonth, 1, facts.First(50))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[bool]int{}
	check := func(name, village string) {
		seen[village == "V1"]++
		if masked := strings.HasSuffix(name, "**"); masked == (village == "V1") {
			t.Errorf("of %s the secretary of V1 reads %q", village, name)
		}
	}
	for _, h := range homes {
		check(h.HeadName, h.VillageID)
		check(h.MemberName, h.VillageID)
	}
	for _, m := range members {
		check(m.Name, m.VillageID)
	}
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("nobody was seen: %v", seen)
	}
}

// A value outside the scope that was asked for is not known, although it may have been read for somebody else.
func TestAScopeEndsWhereItSays(t *testing.T) {
	f, _ := opened(t)
	v := of(visitor.Office, "")
	if _, err := f.Values(t.Context(), v, facts.Scope{Level: facts.LevelVillage, From: f.FirstMonth, To: f.LastMonth}, "card_rate"); err != nil {
		t.Fatal(err)
	}
	one, err := f.Values(t.Context(), v, facts.Scope{Level: facts.LevelVillage, From: f.LastMonth, To: f.LastMonth}, "card_rate")
	if err != nil {
		t.Fatal(err)
	}
	if !one.At("card_rate", "V1", f.LastMonth).Known() || one.At("card_rate", "V1", facts.MonthBefore(f.LastMonth)).Known() {
		t.Error("one month was asked for")
	}
	n := 0
	for range one.All() {
		n++
	}
	if n != len(f.Villages) {
		t.Errorf("%d values of %d villages", n, len(f.Villages))
	}
}

func TestMembersOwnValuesAreForThoseWhoSeeTheirNames(t *testing.T) {
	f, _ := opened(t)
	members := facts.Scope{Level: facts.LevelMember, From: f.LastMonth, To: f.LastMonth}
	if _, err := f.Values(t.Context(), of(visitor.Analyst, ""), members, "visits_per_active_member"); !errors.Is(err, facts.ErrHidden) {
		t.Errorf("%v", err)
	}
	if _, err := f.Values(t.Context(), of(visitor.Office, ""), members, "visits_per_active_member"); err != nil {
		t.Error(err)
	}
}
