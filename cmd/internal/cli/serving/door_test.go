package serving

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
)

// TestNobodyComesInWithoutAnAccount: the first start prints a link that sets hulian up, nothing else opens, and a folder of an
// earlier version with its key still opens.
func TestNobodyComesInWithoutAnAccount(t *testing.T) {
	town := clitest.VillagesTown(t)
	clitest.Write(t, filepath.Join(town, "hulian.yaml"), []byte("office_key: 0123456789abcdef\nschedule: off\n"))
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0")
	said := server.Errs.String()
	if !strings.Contains(said, "office_key opens nothing any more") || strings.Contains(said, "0123456789abcdef") {
		t.Errorf("of the key of an earlier version it says:\n%s", said)
	}
	stranger := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for path, want := range map[string]int{"": http.StatusSeeOther, "visits": http.StatusSeeOther, "office?key=0123456789abcdef": http.StatusSeeOther,
		"api/v1/measures?month=2018-01": http.StatusUnauthorized, "healthz": http.StatusOK, "signin": http.StatusOK} {
		if status, _ := clitest.Exchange(t, stranger, http.MethodGet, server.Address+path); status != want {
			t.Errorf("%q: status %d, want %d", path, status, want)
		}
	}
	link := regexp.MustCompile(regexp.QuoteMeta(server.Address) + "setup/[A-Z2-7]+").FindString(said)
	if status, page := clitest.Exchange(t, stranger, http.MethodGet, link); status != http.StatusOK || !strings.Contains(page, "首次设置") {
		t.Errorf("the link that sets hulian up (%s): status %d", link, status)
	}
	if info, err := os.Stat(filepath.Join(town, "accounts.db")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the accounts: %v %v", info, err)
	}
	server.Stop(t)
}

// TestAProviderOfTheSettingsSignsPeopleIn: the section of hulian.yaml puts the button on the page and leads to the provider, which
// need not answer for the server to start.
func TestAProviderOfTheSettingsSignsPeopleIn(t *testing.T) {
	town := clitest.VillagesTown(t)
	provider := http.NewServeMux()
	issuer := httptest.NewServer(provider)
	defer issuer.Close()
	provider.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		clitest.Answer(w, []byte(`{"issuer": "`+issuer.URL+`", "authorization_endpoint": "`+issuer.URL+`/authorise", "token_endpoint": "`+issuer.URL+`/token", "jwks_uri": "`+issuer.URL+`/keys"}`))
	})
	clitest.Write(t, filepath.Join(town, "hulian.yaml"), []byte("schedule: off\nserver: {address: 'http://localhost:8642'}\noidc: {issuer: '"+issuer.URL+"', client_id: hulian, title: {zh: 县里的账号登录, en: County account}}\n"))
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0")
	if status, page := clitest.Exchange(t, http.DefaultClient, http.MethodGet, server.Address+"signin"); status != http.StatusOK || !strings.Contains(page, "县里的账号登录") {
		t.Errorf("the page for signing in: status %d\n%s", status, page)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.Address+"oidc/start", nil)
	clitest.Must(t, err)
	response, err := http.DefaultTransport.RoundTrip(request)
	clitest.Must(t, err)
	response.Body.Close()
	if to := response.Header.Get("Location"); !strings.HasPrefix(to, issuer.URL+"/authorise?") || !strings.Contains(to, "code_challenge_method=S256") || !strings.Contains(to, "client_id=hulian") {
		t.Errorf("%s to %s", response.Status, to)
	}
	server.Stop(t)
}

// TestAccountsAreBackedUpAndChecked: a backup made while the server is at work holds the accounts, a restored town lets the same
// people in, and a trail that was changed is found.
func TestAccountsAreBackedUpAndChecked(t *testing.T) {
	town := clitest.VillagesTown(t)
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0")
	client := clitest.As(t, server, visitor.Office, "")
	file, again := filepath.Join(t.TempDir(), "town.zip"), filepath.Join(t.TempDir(), "again")
	if status, _, stderr := clitest.Process(t, "backup", file, "--dir", town); status != clitest.Done {
		t.Fatal(stderr)
	}
	server.Stop(t)
	if status, _, stderr := clitest.Session(t, "restore", file, "--dir", again); status != clitest.Done {
		t.Fatal(stderr)
	}
	restored := clitest.Start(t, "serve", "--dir", again, "--listen", "127.0.0.1:0")
	if status, page := clitest.Exchange(t, client, http.MethodGet, restored.Address+"trail"); status != http.StatusOK || !strings.Contains(page, "王样本") {
		t.Errorf("who was signed in when the backup was made: status %d", status)
	}
	restored.Stop(t)
	if found, status, stderr := clitest.Findings(t, again); status != clitest.Done || len(found) != 0 {
		t.Errorf("a whole town: status %d, %v\n%s", status, found, stderr)
	}
	path := filepath.Join(again, "accounts.db")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(content), "account_made", "account_mads", 1)
	if changed == string(content) {
		t.Fatal("the file does not hold the action")
	}
	clitest.Write(t, path, []byte(changed))
	if found, status, _ := clitest.Findings(t, again); status != clitest.Failed || len(found["audit_trail"]) != 1 {
		t.Errorf("a changed trail: status %d, %v", status, found)
	}
}
