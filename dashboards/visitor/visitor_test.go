package visitor

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

const otherTown = "周巷镇"

var (
	wholeTown = Place{Town: "逍林镇"}
	ownVillage,
	otherVillage = Place{Town: "逍林镇", Village: "V01"}, Place{Town: "逍林镇", Village: "V02"}
	ownBranch,
	sisterBranch = Place{Town: "逍林镇", Village: "V01", Branch: "B01"}, Place{Town: "逍林镇", Village: "V01", Branch: "B02"}
	elsewhere = Place{Town: otherTown, Village: "V01", Branch: "B01"}
	nowhere   = Place{}
)

// scopeOf is the scope each role is held for in these tests.
func scopeOf(r Role) Scope {
	switch r {
	case County:
		return Scope{Towns: []string{"逍林镇", otherTown}}
	case VillageSecretary, Clerk:
		return Scope{Towns: []string{"逍林镇"}, Village: "V01"}
	case BranchSecretary:
		return Scope{Towns: []string{"逍林镇"}, Village: "V01", Branch: "B01"}
	default:
		return Scope{Towns: []string{"逍林镇"}}
	}
}

// TestWhoMayWhatWhere is the table of the design once more, written out by role and place, so that a slip in the
// permissions shows here. t town, v own village, o other village, b own branch, s another branch of the own village, x another
// town's village.
func TestWhoMayWhatWhere(t *testing.T) {
	places := []struct {
		letter string
		Place
	}{{"t", wholeTown}, {"v", ownVillage}, {"o", otherVillage}, {"b", ownBranch}, {"s", sisterBranch}, {"x", elsewhere}}
	const town = "tvobs"
	for role, want := range map[Role]map[Permission]string{
		Administrator: {SeePages: town, Run: town, ReadTrail: town, Administer: town, SetStandards: town},
		County:        {SeePages: town + "x", Export: town + "x"},
		Committee:     {SeePages: town, SeePersons: town, SeeEvidence: town, Export: town, SignMonth: town, ReadTrail: town, SetStandards: town, Decide: town},
		Office: {SeePages: town, SeePersons: town, SeeEvidence: town, Export: town, Upload: town, Accept: town, SetAside: town, Waive: town,
			SayNothing: town, TickOff: town, Run: town, CheckMonth: town, SignMonth: town, ReadTrail: town, Decide: town},
		Analyst:          {SeePages: town, Export: town, Query: town},
		VillageSecretary: {SeePages: "vbs", SeePersons: "vbs", Export: "vbs", Upload: "vbs", SayNothing: "vbs", TickOff: "vbs", ReadTrail: "vbs"},
		BranchSecretary:  {SeePages: "b", SeePersons: "b", Export: "b", TickOff: "b", ReadTrail: "b"},
		Clerk:            {SeePages: "vbs", SeePersons: "vbs", Export: "vbs", Upload: "vbs", SayNothing: "vbs", TickOff: "vbs"},
		Auditor:          {SeePages: town, ReadTrail: town},
		"":               {},
		"root":           {},
	} {
		v := Visitor{Account: "somebody", Role: role, Scope: scopeOf(role)}
		for p := Permission(1); p < lastPermission; p <<= 1 {
			got := ""
			for _, at := range places {
				if v.May(p, at.Place) {
					got += at.letter
				}
			}
			if got != want[p] {
				t.Errorf("%s may %b at %q, want %q", role, p, got, want[p])
			}
			if v.May(p, nowhere) {
				t.Errorf("%s may %b where no place is named", role, p)
			}
		}
	}
}

func TestEveryRoleIsInTheTable(t *testing.T) {
	if len(table) != len(Roles()) {
		t.Errorf("%d roles in the table, %d in the list", len(table), len(Roles()))
	}
	for _, r := range Roles() {
		if v := (Visitor{Role: r, Scope: scopeOf(r)}); !r.Known() || !v.SignedIn() || r.Title().Zh == "" || r.Title().En == "" {
			t.Errorf("%s is not whole: %+v", r, table[r])
		}
	}
}

func TestTheZeroVisitorMayNothing(t *testing.T) {
	for _, v := range []Visitor{
		{}, {Role: Office}, {Scope: Scope{Towns: []string{"逍林镇"}}}, {Role: "Office", Scope: scopeOf(Office)},
		{Role: Office, Scope: Scope{Towns: []string{""}}},                            // an unnamed town
		{Role: VillageSecretary, Scope: Scope{Towns: []string{"逍林镇"}}},               // would see every village
		{Role: BranchSecretary, Scope: Scope{Towns: []string{"逍林镇"}, Branch: "B01"}}, // no village
		{Role: Office, Scope: Scope{Towns: []string{"逍林镇", otherTown}}},              // two towns are for the county
	} {
		for _, at := range []Place{wholeTown, ownVillage, ownBranch, nowhere} {
			if v.SignedIn() || v.SeesUnit(at) || v.SeesPerson(at) || v.SeesEvidence(at) || v.ReadsTrail(at) || v.MayAnywhere(Upload) || v.MayAnywhere(0) {
				t.Errorf("%+v may something at %+v", v, at)
			}
			if v.Person(at, "王小明") != "王**" || v.Address(at, "三组12号") != "" || v.ID(Pseudonyms{}, Household, at, "H0001") == "H0001" {
				t.Errorf("%+v sees a person at %+v", v, at)
			}
		}
	}
}

func TestNoAccountIsTheOperator(t *testing.T) {
	v := Operator("root", CLI)
	if !v.May(Administer, nowhere) || !v.SeesPerson(elsewhere) || !v.SeesUnit(elsewhere) || !v.SignedIn() {
		t.Error("the operator may not everything")
	}
	if v.Role.Known() || (Scope{Towns: []string{"逍林镇"}}).Check(v.Role) == nil {
		t.Error("an account can be the operator")
	}
}

func TestAVillageSecretarySeesTheOwnVillageInFullAndOthersMasked(t *testing.T) {
	names, err := NewPseudonyms([]byte("0123456789abcdef"), "逍林镇", 1)
	if err != nil {
		t.Fatal(err)
	}
	v := Visitor{Account: "wang", Role: VillageSecretary, Scope: scopeOf(VillageSecretary)}
	if v.Person(ownBranch, "王小明") != "王小明" || v.Address(ownBranch, "三组12号") != "三组12号" || v.ID(names, Household, ownBranch, "H0001") != "H0001" {
		t.Error("the own village is masked")
	}
	if !v.SeesUnit(otherVillage) || !v.SeesUnit(wholeTown) || v.SeesUnit(elsewhere) {
		t.Error("measures of the town are open to it, and of no other town")
	}
	if v.Person(otherVillage, "王小明") != "王**" || v.Address(otherVillage, "三组12号") != "" || strings.Contains(v.ID(names, Household, otherVillage, "H0001"), "H0001") {
		t.Error("another village is open")
	}
	if member := (Place{Town: "逍林镇", Village: "V02", Branch: "B09", Member: "M1"}); v.SeesUnit(member) {
		t.Error("measures of a member of another village are open")
	}
	if v.SeesEvidence(ownBranch) {
		t.Error("restricted evidence is open")
	}
}

func TestAMemberScopeIsAboutHimselfOnly(t *testing.T) {
	v := Visitor{Role: BranchSecretary, Scope: Scope{Towns: []string{"逍林镇"}, Village: "V01", Branch: "B01", Member: "M1"}}
	self, other := ownBranch, ownBranch
	self.Member, other.Member = "M1", "M2"
	if !v.SeesPerson(self) || v.SeesPerson(other) || v.SeesPerson(ownBranch) {
		t.Error("self is not self")
	}
}

func TestPseudonyms(t *testing.T) {
	make := func(key, town string, generation int) Pseudonyms {
		p, err := NewPseudonyms([]byte(key), town, generation)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := make("0123456789abcdef", "逍林镇", 1)
	if again := make("0123456789abcdef", "逍林镇", 1); p.Of(Member, "M1") != again.Of(Member, "M1") {
		t.Error("a pseudonym is not stable")
	}
	seen := map[string]string{}
	for name, id := range map[string]string{
		"itself": p.Of(Member, "M1"), "another person": p.Of(Member, "M2"), "a household": p.Of(Household, "M1"),
		"another town": make("0123456789abcdef", otherTown, 1).Of(Member, "M1"), "another key": make("0123456789abcdeg", "逍林镇", 1).Of(Member, "M1"),
		"a new generation": make("0123456789abcdef", "逍林镇", 2).Of(Member, "M1"),
	} {
		if other, twice := seen[id]; twice {
			t.Errorf("%s and %s are both %s", name, other, id)
		}
		seen[id] = name
	}
	if p.Of(Member, "") != "" || (Pseudonyms{}).Of(Member, "M1") != hiddenID {
		t.Error("no ID and no key")
	}
	distinct := map[string]bool{}
	for i := range 20_000 {
		distinct[p.Of(Household, fmt.Sprintf("H%06d", i))] = true
	}
	if len(distinct) != 20_000 {
		t.Errorf("20,000 households have %d pseudonyms", len(distinct))
	}
	for _, err := range []error{func() error { _, err := NewPseudonyms([]byte("short"), "逍林镇", 1); return err }(), func() error { _, err := NewPseudonyms([]byte("0123456789abcdef"), "", 1); return err }()} {
		if err == nil {
			t.Error("a short key or no town is taken")
		}
	}
}

func TestScopesThatNoRoleCanBeHeldFor(t *testing.T) {
	for _, c := range []struct {
		role Role
		Scope
		want error
	}{
		{"boss", scopeOf(Office), ErrUnknownRole}, {Office, Scope{}, ErrScope}, {Office, scopeOf(VillageSecretary), ErrScope},
		{VillageSecretary, scopeOf(BranchSecretary), ErrScope}, {Clerk, scopeOf(Office), nil}, {Clerk, scopeOf(Clerk), nil}, {County, scopeOf(County), nil},
	} {
		if err := c.Check(c.role); !errors.Is(err, c.want) {
			t.Errorf("%s for %s: %v, want %v", c.role, c.Scope, err, c.want)
		}
	}
}

func TestKeysTellScopesApart(t *testing.T) {
	a := Visitor{Account: "a", Role: VillageSecretary, Scope: scopeOf(VillageSecretary)}
	b := a
	b.Account, b.Name = "b", "another person"
	if a.Key() != b.Key() {
		t.Error("two who see the same have different keys")
	}
	c := a
	c.Scope.Village = "V02"
	d := a
	d.Role = Clerk
	if a.Key() == c.Key() || a.Key() == d.Key() {
		t.Error("two who see different things share a key")
	}
}

func TestFreeTextsHoldNoNumbersForAnybody(t *testing.T) {
	if got := FreeText("联系13812345678"); got != "联系138********" {
		t.Error(got)
	}
}
