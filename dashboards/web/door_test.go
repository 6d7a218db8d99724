package web

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"

	"hulian/dashboards/accounts"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/signin"
	"hulian/dashboards/sqlite"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
)

const phrase = "四月雨 plum blossom 7"

// people are the accounts of a door of tests: one of every role, and those of one village.
var people = []accounts.Holder{
	{Name: "administrator", Role: visitor.Administrator},
	{Name: "committee", Shown: "李委员", Role: visitor.Committee},
	{Name: "office", Shown: "陈干事", Role: visitor.Office},
	{Name: "analyst", Role: visitor.Analyst},
	{Name: "auditor", Role: visitor.Auditor},
	{Name: "county", Role: visitor.County, Scope: visitor.Scope{Towns: []string{"别镇", pagetest.Name}}},
	{Name: "elsewhere", Role: visitor.County, Scope: visitor.Scope{Towns: []string{"别镇"}}},
	{Name: "stranger", Role: visitor.Office, Scope: visitor.Scope{Towns: []string{"别镇"}}},
	{Name: "clerk", Role: visitor.Clerk},
	{Name: "clerk1", Role: visitor.Clerk, Scope: visitor.Scope{Village: "V1"}},
	{Name: "secretary1", Role: visitor.VillageSecretary, Scope: visitor.Scope{Village: "V1"}},
	{Name: "secretary2", Role: visitor.VillageSecretary, Scope: visitor.Scope{Village: "V2"}},
	{Name: "branch11", Role: visitor.BranchSecretary, Scope: visitor.Scope{Village: "V1", Branch: "B11"}},
}

// newDoor is a door to which all of people have their password.
func newDoor(t testing.TB) *signin.Door {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), sqlite.FileName))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	store, err := accounts.Open(db, accounts.Options{Cost: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}})
	if err != nil {
		t.Fatal(err)
	}
	act := accounts.Act{By: visitor.Operator("test", visitor.CLI)}
	for _, h := range people {
		_, token, err := store.Add(t.Context(), act, h)
		if err == nil {
			_, err = store.SetPassword(t.Context(), "", pagetest.Name, token, phrase)
		}
		if err != nil {
			t.Fatalf("%s: %v", h.Name, err)
		}
	}
	door, err := signin.New(signin.Config{Accounts: store, Trail: trail.Open(db), Town: func() string { return pagetest.Name }})
	if err != nil {
		t.Fatal(err)
	}
	return door
}

// as is a client that has signed in by an account. It keeps cookies and does not follow redirects.
func as(t testing.TB, base, account string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/signin", strings.NewReader(url.Values{"name": {account}, "password": {phrase}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s signs in: %s", account, response.Status)
	}
	return client
}

// entries are what the trail of a door holds, oldest first.
func entries(t *testing.T, door *signin.Door) (all []trail.Entry) {
	t.Helper()
	for e, err := range door.Trail.Read(t.Context(), visitor.Operator("test", visitor.CLI), trail.Question{}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append([]trail.Entry{e}, all...)
	}
	return all
}
