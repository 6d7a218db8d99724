package accounts

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"hulian/dashboards/sqlite"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
)

const (
	town   = "逍林镇"
	secret = "四月雨 plum blossom 7"
	other  = "another good 42 phrase"
)

// quick hashes take no time; what they cost is not what is tested.
var quick = argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// house is a store with a clock that the test moves.
type house struct {
	*Store
	trail *trail.Book
	clock time.Time
	root  Act
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), sqlite.FileName))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h := &house{clock: time.Date(2018, 2, 1, 8, 0, 0, 0, time.UTC), trail: trail.Open(db), root: Act{By: visitor.Operator("root", visitor.CLI)}}
	h.Store, err = Open(db, Options{Now: func() time.Time { return h.clock }, Cost: &quick})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

var desk = Way{Address: "10.0.0.7", Town: town, Origin: visitor.Web}

// with makes an account that has set its password.
func (h *house) with(t *testing.T, name string, role visitor.Role, scope visitor.Scope) Account {
	t.Helper()
	_, token, err := h.Add(t.Context(), h.root, Holder{Name: name, Role: role, Scope: scope})
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.SetPassword(t.Context(), desk.Address, town, token, secret)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (h *house) events(t *testing.T) (all []string) {
	t.Helper()
	for e, err := range h.trail.Read(t.Context(), h.root.By, trail.Question{}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.TrimSpace(e.Account+" "+string(e.Action)+" "+e.Object))
	}
	slices.Reverse(all)
	return all
}

func TestAnInvitationIsUsedOnceAndInTime(t *testing.T) {
	h := newHouse(t)
	a, token, err := h.Add(t.Context(), h.root, Holder{Name: "Wang", Shown: "王小明", Role: visitor.VillageSecretary, Scope: visitor.Scope{Village: "V01"}})
	if err != nil || a.Name != "wang" || !a.Invited {
		t.Fatalf("%+v %v", a, err)
	}
	for range 2 { // a program that previews links uses nothing up
		if who, err := h.Invited(t.Context(), token); err != nil || who.Name != "wang" {
			t.Fatal(err)
		}
	}
	if _, err := h.SetPassword(t.Context(), "", town, token, "short"); !errors.Is(err, ErrShort) {
		t.Errorf("a short password: %v", err)
	}
	if _, err := h.SetPassword(t.Context(), "", town, token, secret); err != nil {
		t.Fatalf("the link was lost by a password that was refused: %v", err)
	}
	if _, err := h.SetPassword(t.Context(), "", town, token, other); !errors.Is(err, ErrSpent) {
		t.Errorf("a replayed link: %v", err)
	}
	if _, err := h.SignIn(t.Context(), desk, "wang", secret); err != nil {
		t.Errorf("the first password does not hold: %v", err)
	}
	for name, token := range map[string]string{"made up": "AAAAAAAAAAAAAAAAAAAAAAAAAA", "empty": ""} {
		if _, err := h.Invited(t.Context(), token); !errors.Is(err, ErrSpent) {
			t.Errorf("%s: %v", name, err)
		}
	}
	late, err := h.Reset(t.Context(), h.root, "wang")
	if err != nil {
		t.Fatal(err)
	}
	h.clock = h.clock.Add(lasting[reset])
	if _, err := h.SetPassword(t.Context(), "", town, late, other); !errors.Is(err, ErrSpent) {
		t.Errorf("a link too old: %v", err)
	}
}

func TestANewLinkVoidsTheOlder(t *testing.T) {
	h := newHouse(t)
	_, first, err := h.Add(t.Context(), h.root, Holder{Name: "wang", Role: visitor.Office})
	if err != nil {
		t.Fatal(err)
	}
	second, err := h.Reset(t.Context(), h.root, "wang")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Invited(t.Context(), first); !errors.Is(err, ErrSpent) {
		t.Errorf("the older link: %v", err)
	}
	if _, err := h.Invited(t.Context(), second); err != nil {
		t.Error(err)
	}
}

func TestALinkIsUsedOnceByManyAtOnce(t *testing.T) {
	h := newHouse(t)
	_, token, err := h.Add(t.Context(), h.root, Holder{Name: "wang", Role: visitor.Office})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	var lock sync.Mutex
	used := 0
	for range 8 {
		group.Go(func() {
			_, err := h.SetPassword(t.Context(), "", town, token, secret)
			lock.Lock()
			defer lock.Unlock()
			switch {
			case err == nil:
				used++
			case !errors.Is(err, ErrSpent):
				t.Error(err)
			}
		})
	}
	group.Wait()
	if used != 1 {
		t.Errorf("used %d times", used)
	}
}

// TestTheDatabaseHoldsNoTokenNorPassword: whoever reads the file can use nothing he finds in it.
func TestTheDatabaseHoldsNoTokenNorPassword(t *testing.T) {
	h := newHouse(t)
	_, token, err := h.Add(t.Context(), h.root, Holder{Name: "wang", Role: visitor.Office})
	if err != nil {
		t.Fatal(err)
	}
	h.with(t, "li", visitor.Office, visitor.Scope{})
	if _, err := h.SignIn(t.Context(), desk, secret, "typed into the wrong field"); !errors.Is(err, ErrWrong) {
		t.Fatal(err)
	}
	dump := ""
	for _, table := range []string{"accounts", "links", "failures", "sessions", "trail"} {
		dump += dumped(t, h, table)
	}
	for _, text := range []string{token, secret} {
		if strings.Contains(strings.ToLower(dump), strings.ToLower(text)) {
			t.Errorf("%q stands in the file", text)
		}
	}
	if !strings.Contains(dump, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Error("the parameters do not stand with the hash")
	}
}

// dumped is every cell of a table as text.
func dumped(t *testing.T, h *house, table string) string {
	t.Helper()
	rows, err := h.db.QueryContext(t.Context(), "select * from "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var dump strings.Builder
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		for _, c := range cells {
			fmt.Fprintf(&dump, "%s ", *c.(*any))
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return dump.String()
}

// TestEveryRefusedSignInDoesTheSameWork counts what is hashed, at which cost, and what is written.
func TestEveryRefusedSignInDoesTheSameWork(t *testing.T) {
	h := newHouse(t)
	h.with(t, "wang", visitor.Office, visitor.Scope{})
	h.with(t, "gone", visitor.Office, visitor.Scope{})
	if err := h.Disable(t.Context(), h.root, "gone"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Add(t.Context(), h.root, Holder{Name: "invited", Role: visitor.Office}); err != nil {
		t.Fatal(err)
	}
	var costs []argon2id.Params
	check := h.hashes.check
	h.hashes.check = func(password, hash string) (bool, *argon2id.Params, error) {
		same, cost, err := check(password, hash)
		costs = append(costs, *cost)
		return same, cost, err
	}
	for name, try := range map[string][2]string{
		"wrong password": {"wang", other}, "unknown name": {"nobody", other}, "disabled, right password": {"gone", secret}, "invited, no password": {"invited", ""},
		"the dummy's own password": {"nobody", "the password of nobody"}, "no name at all": {"", ""}, "a name that cannot be": {"a b\x00", secret},
		"a password too long": {"wang", strings.Repeat("x", 100_000)}, "a password that cannot be": {"wang", "\x00\x01"},
	} {
		costs = nil
		before := len(h.events(t))
		from := desk
		from.Address = name
		if _, err := h.SignIn(t.Context(), from, try[0], try[1]); !errors.Is(err, ErrWrong) || err.Error() != ErrWrong.Error() {
			t.Errorf("%s: %v", name, err)
		}
		if len(costs) != 1 || costs[0] != quick || len(h.events(t)) != before+1 {
			t.Errorf("%s: hashed %v, %d entries", name, costs, len(h.events(t))-before)
		}
	}
}

func TestLockoutIsByAddressAndName(t *testing.T) {
	h := newHouse(t)
	h.with(t, "wang", visitor.Office, visitor.Scope{})
	h.with(t, "li", visitor.Office, visitor.Scope{})
	attacker := desk
	attacker.Address = "10.6.6.6"
	for i := range tries {
		if _, err := h.SignIn(t.Context(), attacker, []string{"wang", "WANG", "ｗａｎｇ"}[i%3], other); !errors.Is(err, ErrWrong) {
			t.Fatalf("try %d: %v", i+1, err)
		}
	}
	if _, err := h.SignIn(t.Context(), attacker, "wang", secret); !errors.Is(err, ErrLocked) {
		t.Errorf("the right password at last: %v", err)
	}
	if _, err := h.SignIn(t.Context(), desk, "wang", secret); err != nil {
		t.Errorf("the owner is locked out by somebody elsewhere: %v", err)
	}
	if _, err := h.SignIn(t.Context(), attacker, "li", secret); err != nil {
		t.Errorf("a colleague at the same machine is locked out: %v", err)
	}
	// A name that does not exist is answered the same way.
	for i := range tries + 1 {
		_, err := h.SignIn(t.Context(), attacker, "nobody", other)
		if want := []error{ErrWrong, ErrLocked}[i/tries]; !errors.Is(err, want) {
			t.Errorf("unknown name, try %d: %v", i+1, err)
		}
	}
	h.clock = h.clock.Add(within + time.Second)
	if _, err := h.SignIn(t.Context(), attacker, "wang", secret); err != nil {
		t.Errorf("locked for longer than said: %v", err)
	}
	locked := 0
	for _, e := range h.events(t) {
		if strings.Contains(e, string(trail.SignInLocked)) {
			locked++
		}
	}
	if locked != 2 {
		t.Errorf("%d lockouts in the trail, want one for each name", locked)
	}
}

func TestUnlockingLiftsTheLock(t *testing.T) {
	h := newHouse(t)
	h.with(t, "wang", visitor.Office, visitor.Scope{})
	for range tries {
		_, _ = h.SignIn(t.Context(), desk, "wang", other)
	}
	if err := h.Unlock(t.Context(), h.root, "Wang"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.SignIn(t.Context(), desk, "wang", secret); err != nil {
		t.Error(err)
	}
}

// TestManyTriesAtOnceAreNotAllLetThrough: the count does not come too late.
func TestManyTriesAtOnceAreNotAllLetThrough(t *testing.T) {
	h := newHouse(t)
	h.with(t, "wang", visitor.Office, visitor.Scope{})
	var group sync.WaitGroup
	var lock sync.Mutex
	looked := 0
	for range 40 {
		group.Go(func() {
			_, err := h.SignIn(t.Context(), desk, "wang", other)
			lock.Lock()
			defer lock.Unlock()
			if errors.Is(err, ErrWrong) {
				looked++
			} else if !errors.Is(err, ErrLocked) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if looked != tries {
		t.Errorf("%d passwords were looked at, want %d", looked, tries)
	}
}

func TestWhatEndsSessions(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(h *house, a Account) error
		ends bool
	}{
		"disabled": {func(h *house, a Account) error { return h.Disable(t.Context(), h.root, a.Name) }, true},
		"another role": {func(h *house, a Account) error {
			return h.Change(t.Context(), h.root, Holder{Name: a.Name, Role: visitor.Analyst})
		}, true},
		"another scope": {func(h *house, a Account) error {
			return h.Change(t.Context(), h.root, Holder{Name: a.Name, Role: visitor.Clerk, Scope: visitor.Scope{Village: "V01"}})
		}, true},
		"another name to see": {func(h *house, a Account) error {
			return h.Change(t.Context(), h.root, Holder{Name: a.Name, Shown: "王小明", Role: visitor.Clerk})
		}, false},
		"another password": {func(h *house, a Account) error {
			_, err := h.ChangePassword(t.Context(), desk, a, secret, other)
			return err
		}, true},
		"a wrong old password": {func(h *house, a Account) error {
			_, err := h.ChangePassword(t.Context(), desk, a, other, other)
			return refusedAs(err, ErrWrongOld)
		}, false},
		"a reset link made": {func(h *house, a Account) error { _, err := h.Reset(t.Context(), h.root, a.Name); return err }, false},
		"somebody's wrong try": {func(h *house, a Account) error {
			_, err := h.SignIn(t.Context(), desk, a.Name, other)
			return refusedAs(err, ErrWrong)
		}, false},
		"signing in once more": {func(h *house, a Account) error { _, err := h.SignIn(t.Context(), desk, a.Name, secret); return err }, false},
		"disabled and reopened": {func(h *house, a Account) error {
			return errors.Join(h.Disable(t.Context(), h.root, a.Name), h.Enable(t.Context(), h.root, a.Name))
		}, true},
		"a reset link used": {func(h *house, a Account) error {
			token, err := h.Reset(t.Context(), h.root, a.Name)
			if err == nil {
				_, err = h.SetPassword(t.Context(), "", town, token, other)
			}
			return err
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			a := h.with(t, "wang", visitor.Clerk, visitor.Scope{})
			if _, ok, err := h.Current(t.Context(), a.ID, a.Era); !ok || err != nil {
				t.Fatal(ok, err)
			}
			if err := c.do(h, a); err != nil {
				t.Fatal(err)
			}
			if _, ok, err := h.Current(t.Context(), a.ID, a.Era); ok == c.ends || err != nil {
				t.Errorf("the session goes on: %v, %v", ok, err)
			}
		})
	}
}

func refusedAs(err, want error) error {
	if errors.Is(err, want) {
		return nil
	}
	return fmt.Errorf("%w, want %w", err, want)
}

// TestWhatAnotherProcessChangesHoldsWithinASecond: a command beside the server disables an account.
func TestWhatAnotherProcessChangesHoldsWithinASecond(t *testing.T) {
	h := newHouse(t)
	a := h.with(t, "wang", visitor.Clerk, visitor.Scope{})
	beside, err := Open(h.db, Options{Now: h.now, Cost: &quick})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := h.Current(t.Context(), a.ID, a.Era); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := beside.Disable(t.Context(), h.root, "wang"); err != nil {
		t.Fatal(err)
	}
	h.clock = h.clock.Add(shortly)
	if _, ok, err := h.Current(t.Context(), a.ID, a.Era); ok || err != nil {
		t.Errorf("it goes on: %v %v", ok, err)
	}
}

// TestTheOwnUnitReadsWhatItsPeopleDid: an entry about an account is about the place the account is held for.
func TestTheOwnUnitReadsWhatItsPeopleDid(t *testing.T) {
	h := newHouse(t)
	h.with(t, "wang", visitor.VillageSecretary, visitor.Scope{Village: "V01"})
	h.with(t, "li", visitor.VillageSecretary, visitor.Scope{Village: "V02"})
	a, err := h.SignIn(t.Context(), desk, "wang", secret)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for e, err := range h.trail.Read(t.Context(), a.Visitor(town, visitor.Web), trail.Question{}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Sentence("en"))
	}
	if want := []string{"signed in", "set the password of wang by a one-time link", "made the account wang (village_secretary, V01)"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestADisabledAccountMayNothing(t *testing.T) {
	h := newHouse(t)
	a := h.with(t, "wang", visitor.Office, visitor.Scope{})
	token, err := h.Reset(t.Context(), h.root, "wang")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Disable(t.Context(), h.root, "wang"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.SetPassword(t.Context(), "", town, token, other); !errors.Is(err, ErrSpent) {
		t.Errorf("its link: %v", err)
	}
	if _, err := h.Reset(t.Context(), h.root, "wang"); !errors.Is(err, ErrDisabled) {
		t.Errorf("a new link: %v", err)
	}
	if _, err := h.Vouched(t.Context(), desk, "wang", nil); !errors.Is(err, ErrWrong) {
		t.Errorf("vouched for: %v", err)
	}
	a.Disabled = true
	if v := a.Visitor(town, visitor.Web); v.SignedIn() {
		t.Errorf("%+v", v)
	}
	if _, _, err := h.Add(t.Context(), h.root, Holder{Name: "WANG", Role: visitor.Office}); !errors.Is(err, ErrTaken) {
		t.Errorf("its name is free: %v", err)
	}
}

func TestOnlyAdministratorsKeepAccounts(t *testing.T) {
	h := newHouse(t)
	h.with(t, "li", visitor.Office, visitor.Scope{})
	for _, role := range append(visitor.Roles(), "", "operator2") {
		scope := visitor.Scope{Towns: []string{town}}
		if role == visitor.VillageSecretary || role == visitor.BranchSecretary {
			scope.Village = "V01"
		}
		if role == visitor.BranchSecretary {
			scope.Branch = "B01"
		}
		act := Act{By: visitor.Visitor{Account: "x", Role: role, Scope: scope, Origin: visitor.Web}}
		_, _, added := h.Add(t.Context(), act, Holder{Name: "new" + strings.ReplaceAll(string(role), "_", ""), Role: visitor.Office})
		_, listed := h.List(t.Context(), act.By)
		_, link := h.Reset(t.Context(), act, "li")
		all := []error{added, listed, link, h.Unlock(t.Context(), act, "li"), h.Change(t.Context(), act, Holder{Name: "li", Role: visitor.Clerk}), h.Disable(t.Context(), act, "li"), h.Enable(t.Context(), act, "li")}
		for i, err := range all {
			if role == visitor.Administrator && err != nil || role != visitor.Administrator && !errors.Is(err, ErrForbidden) {
				t.Errorf("%q, %d: %v", role, i, err)
			}
		}
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	h := newHouse(t)
	h.with(t, "first", visitor.Administrator, visitor.Scope{})
	for name, err := range map[string]error{
		"disabled": h.Disable(t.Context(), h.root, "first"), "made a clerk": h.Change(t.Context(), h.root, Holder{Name: "first", Role: visitor.Clerk}),
	} {
		if !errors.Is(err, ErrLastAdministrator) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.SignIn(t.Context(), desk, "first", secret); err != nil {
		t.Errorf("half of a refused change holds: %v", err)
	}
	h.with(t, "second", visitor.Administrator, visitor.Scope{})
	if err := h.Disable(t.Context(), h.root, "first"); err != nil {
		t.Error(err)
	}
}

func TestTheFirstAdministratorIsMadeOnce(t *testing.T) {
	h := newHouse(t)
	void, err := h.SetUpLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	token, err := h.SetUpLink(t.Context()) // started again
	if err != nil {
		t.Fatal(err)
	}
	invitation, err := h.Reset(t.Context(), h.root, h.with(t, "li", visitor.Office, visitor.Scope{}).Name)
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{"an older link": void, "an invitation": invitation, "nothing": ""} {
		if _, err := h.SetUp(t.Context(), "", town, token, "root", "", secret); !errors.Is(err, ErrSpent) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.SetPassword(t.Context(), "", town, token, secret); !errors.Is(err, ErrSpent) {
		t.Errorf("a set-up link sets a password: %v", err)
	}
	a, err := h.SetUp(t.Context(), "127.0.0.1", town, token, "root", "王镇长", secret)
	if err != nil || a.Role != visitor.Administrator {
		t.Fatalf("%+v %v", a, err)
	}
	if _, err := h.SetUp(t.Context(), "", town, token, "root2", "", secret); !errors.Is(err, ErrSpent) {
		t.Errorf("replayed: %v", err)
	}
	if _, err := h.SetUpLink(t.Context()); !errors.Is(err, ErrSetUp) {
		t.Errorf("another link: %v", err)
	}
	if _, err := h.SignIn(t.Context(), desk, "root", secret); err != nil {
		t.Error(err)
	}
	h = newHouse(t)
	if token, err = h.SetUpLink(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.clock = h.clock.Add(lasting[setup])
	if _, err := h.SetUp(t.Context(), "", town, token, "root", "", secret); !errors.Is(err, ErrSpent) {
		t.Errorf("too late: %v", err)
	}
}

func TestAHashOfAnotherCostIsMadeAnew(t *testing.T) {
	h := newHouse(t)
	h.with(t, "wang", visitor.Office, visitor.Scope{})
	dearer := quick
	dearer.Iterations = 2
	again, err := Open(h.db, Options{Now: h.now, Cost: &dearer})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := again.SignIn(t.Context(), desk, "wang", secret); err != nil {
			t.Fatal(err)
		}
		a, err := one(t.Context(), h.db, "wang")
		if err != nil || !strings.Contains(a.password, "m=64,t=2,") {
			t.Errorf("%s %v", a.password, err)
		}
	}
}

func TestPasswordsThatAreRefused(t *testing.T) {
	for password, want := range map[string]error{
		secret: nil, "密码要长一些才好记住": nil, "correct horse battery": nil,
		"": ErrShort, "short": ErrShort, "123456789": ErrShort, strings.Repeat("ab3 ", 60): ErrLong,
		"1234567890": ErrGuessed, "aaaaaaaaaaaa": ErrGuessed, "abababababab": ErrGuessed, "abcdefghijkl": ErrGuessed, "my wangxiaoming pass": ErrGuessed,
		"9876543210": ErrGuessed, "1122334455": ErrGuessed, "good but\x00broken 12": ErrGuessed,
	} {
		if err := acceptable(password, "wangxiaoming"); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", password, err, want)
		}
	}
}

func TestNamesThatAreRefusedOrFolded(t *testing.T) {
	for name, want := range map[string]string{"Wang": "wang", " ＷＡＮＧ ": "wang", "王小明": "王小明", "li.si-2": "li.si-2", "": "", "a b": "", "a\tb": "", "x\u202ey": "", strings.Repeat("x", 65): ""} {
		if got, err := folded(name); got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
	h := newHouse(t)
	for name, c := range map[string]struct {
		Holder
		want error
	}{
		"no role":     {Holder{Name: "a", Role: "boss"}, visitor.ErrUnknownRole},
		"operator":    {Holder{Name: "a", Role: visitor.Operator("", visitor.CLI).Role}, visitor.ErrUnknownRole},
		"no village":  {Holder{Name: "a", Role: visitor.VillageSecretary}, visitor.ErrScope},
		"long name":   {Holder{Name: "a", Role: visitor.Clerk, Shown: strings.Repeat("王", 41)}, ErrShown},
		"line breaks": {Holder{Name: "a", Role: visitor.Clerk, Shown: "a\nb"}, ErrShown},
	} {
		if _, _, err := h.Add(t.Context(), h.root, c.Holder); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if all, err := h.List(t.Context(), h.root.By); err != nil || len(all) != 0 {
		t.Errorf("%v %v", all, err)
	}
}

func TestEveryChangeIsInTheTrail(t *testing.T) {
	h := newHouse(t)
	h.with(t, "wang", visitor.Clerk, visitor.Scope{})
	a, err := h.SignIn(t.Context(), desk, "wang", secret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.ChangePassword(t.Context(), desk, a, "wrong old one", other); !errors.Is(err, ErrWrongOld) {
		t.Error(err)
	}
	if _, err := h.ChangePassword(t.Context(), desk, a, secret, other); err != nil {
		t.Error(err)
	}
	_, _ = h.SignIn(t.Context(), desk, "wang", secret)
	_, _ = h.SignIn(t.Context(), desk, "nobody", secret)
	for _, err := range []error{
		h.SignedOut(t.Context(), Act{By: a.Visitor(town, visitor.Web)}), h.Change(t.Context(), h.root, Holder{Name: "wang", Role: visitor.VillageSecretary, Scope: visitor.Scope{Village: "V01"}}),
		h.Disable(t.Context(), h.root, "wang"), h.Enable(t.Context(), h.root, "wang"), h.Unlock(t.Context(), h.root, "wang"),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	want := []string{
		"root account_made wang (clerk)", "wang password_set wang", "wang signed_in", "wang password_refused", "wang password_changed", "sign_in_refused wang", "sign_in_refused",
		"wang signed_out", "root account_changed wang (village_secretary, V01)", "root account_disabled wang", "root account_enabled wang", "root account_unlocked wang",
	}
	if got := h.events(t); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if _, _, err := h.trail.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestEveryRefusalIsToldInBothLanguages(t *testing.T) {
	for r, text := range refusals {
		if text.Zh == "" || text.En == "" || r.Error() != text.En || r.Text() != text {
			t.Errorf("%s: %+v", r, text)
		}
	}
}

func TestSessionsAreWrittenWhenTheyChange(t *testing.T) {
	h := newHouse(t)
	s := h.Sessions()
	end := h.clock.Add(time.Hour)
	changes := func() (n int64) {
		if err := h.db.QueryRowContext(t.Context(), "select expires_at from sessions where token = 'a'").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := s.Commit("a", []byte("x"), end); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit("a", []byte("x"), end.Add(freshness/2)); err != nil || changes() != end.UnixMilli() {
		t.Errorf("a page that is read writes: %v", err)
	}
	if err := s.Commit("a", []byte("y"), end.Add(freshness/2)); err != nil || changes() == end.UnixMilli() {
		t.Errorf("other content is lost: %v", err)
	}
	if content, found, err := s.Find("a"); !found || string(content) != "y" || err != nil {
		t.Errorf("%s %v %v", content, found, err)
	}
	h.clock = h.clock.Add(2 * time.Hour)
	if _, found, err := s.Find("a"); found || err != nil {
		t.Errorf("ended: %v %v", found, err)
	}
	if err := s.Delete("a"); err != nil {
		t.Error(err)
	}
	if err := s.Delete("a"); err != nil {
		t.Error(err)
	}
}

func TestHashingIsBoundedAndCancelled(t *testing.T) {
	h := newHouse(t)
	for range atOnce {
		h.hashes.places <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.SignIn(ctx, desk, "wang", secret); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
