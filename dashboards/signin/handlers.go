package signin

import (
	"errors"
	"fmt"
	"net/http"

	"hulian/dashboards/accounts"
	"hulian/dashboards/observe"
)

// largestForm is the most bytes of a form of the door.
const largestForm = 16 << 10

// handle turns a handler that returns an error into one that answers it.
func (d *Door) handle(do func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		observe.Route(r.Context(), r.Pattern)
		r.Body = http.MaxBytesReader(w, r.Body, largestForm)
		err := r.ParseForm()
		if err != nil {
			err = fmt.Errorf("%w: %w", errForm, err)
		} else {
			err = do(w, r)
		}
		if err != nil {
			d.fail(w, r, err)
		}
	})
}

// again shows a form once more with what was wrong. Any other error is returned.
func (d *Door) again(w http.ResponseWriter, r *http.Request, page string, f form, err error) error {
	var refused accounts.Refusal
	if !errors.As(err, &refused) || refused == accounts.ErrSpent || refused == accounts.ErrSetUp {
		return err
	}
	if errors.Is(err, accounts.ErrWrong) || errors.Is(err, accounts.ErrLocked) {
		if failed := onlyRefused(err, refused); failed != nil { // the trail could not be written
			return failed
		}
	}
	status := http.StatusUnprocessableEntity
	switch refused {
	case accounts.ErrWrong, accounts.ErrWrongOld:
		status = http.StatusUnauthorized
	case accounts.ErrLocked:
		status = http.StatusTooManyRequests
	default:
	}
	f.Problem = refused.Text().In(langOf(r))
	return d.show(w, r, status, page, f)
}

// onlyRefused is nil where an error says nothing but the refusal.
func onlyRefused(err error, r accounts.Refusal) error {
	if err.Error() == r.Error() {
		return nil
	}
	return err
}

// counting refuses an address that tries too often.
func (d *Door) counting(r *http.Request) error {
	if d.tries.Take(Counted(AddressOf(r.Context()))) > 0 {
		return errTooMany
	}
	return nil
}

func (d *Door) signInForm(r *http.Request) form {
	f := form{Action: "/signin", Next: within(r.Form.Get("next")), Name: r.PostForm.Get("name")}
	if d.Provider != nil {
		f.Provider = d.Provider.Title.In(langOf(r))
	}
	// Cookies are sent over TLS only, so that signing in fails on a page that came without it. The page says so and names the right address.
	byTLS := r.TLS != nil || d.FromProxy(r) && r.Header.Get("X-Forwarded-Proto") == "https"
	if d.secure() && !byTLS && d.Address != nil {
		f.Unsafe = d.Address.JoinPath("/signin").String()
	}
	return f
}

func (d *Door) showSignIn(w http.ResponseWriter, r *http.Request) error {
	if VisitorOf(r.Context()).SignedIn() {
		return d.goTo(w, r, within(r.Form.Get("next")))
	}
	return d.show(w, r, http.StatusOK, "signin", d.signInForm(r))
}

func (d *Door) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := d.counting(r); err != nil {
		return err
	}
	a, err := d.Accounts.SignIn(r.Context(), d.way(r), r.PostForm.Get("name"), r.PostForm.Get("password"))
	if err != nil {
		return d.again(w, r, "signin", d.signInForm(r), err)
	}
	if err := d.admit(r.Context(), a); err != nil {
		return err
	}
	return d.goTo(w, r, within(r.PostForm.Get("next")))
}

// goTo leads to a page of the site, in the language of this one.
func (d *Door) goTo(w http.ResponseWriter, r *http.Request, target string) error {
	if target == "/" && langOf(r) == english {
		target = "/?lang=en"
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}

func (d *Door) signOut(w http.ResponseWriter, r *http.Request) error {
	if v := VisitorOf(r.Context()); v.SignedIn() {
		if err := d.Accounts.SignedOut(r.Context(), accounts.Act{By: v, Address: Counted(AddressOf(r.Context()))}); err != nil {
			return err
		}
	}
	if err := d.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	target := "/signin"
	if langOf(r) == english {
		target += "?lang=en"
	}
	return d.goTo(w, r, target)
}

// showSetUp offers to make the first administrator, on the machine itself. From elsewhere there is no such page.
func (d *Door) showSetUp(w http.ResponseWriter, r *http.Request) error {
	if !d.OnThisMachine(r) {
		return errNotFound
	}
	if err := d.counting(r); err != nil {
		return err
	}
	if err := d.Accounts.SettingUp(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, "setup", form{Action: r.URL.Path})
}

func (d *Door) setUp(w http.ResponseWriter, r *http.Request) error {
	if !d.OnThisMachine(r) {
		return errNotFound
	}
	if err := d.counting(r); err != nil {
		return err
	}
	f := form{Action: r.URL.Path, Name: r.PostForm.Get("name"), Shown: r.PostForm.Get("shown")}
	if r.PostForm.Get("password") != r.PostForm.Get("again") {
		return d.differing(w, r, "setup", f)
	}
	way := d.way(r)
	a, err := d.Accounts.SetUp(r.Context(), way.Address, way.Town, r.PathValue("token"), f.Name, f.Shown, r.PostForm.Get("password"))
	if err != nil {
		return d.again(w, r, "setup", f, err)
	}
	if err := d.admit(r.Context(), a); err != nil {
		return err
	}
	return d.goTo(w, r, "/")
}

// differing says that a password was not typed twice alike.
func (d *Door) differing(w http.ResponseWriter, r *http.Request, page string, f form) error {
	f.Problem = differ.In(langOf(r))
	return d.show(w, r, http.StatusUnprocessableEntity, page, f)
}

func (d *Door) showInvitation(w http.ResponseWriter, r *http.Request) error {
	if err := d.counting(r); err != nil {
		return err
	}
	a, err := d.Accounts.Invited(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, "invitation", form{Action: r.URL.Path, Name: a.Name, Shown: a.Shown})
}

func (d *Door) acceptInvitation(w http.ResponseWriter, r *http.Request) error {
	if err := d.counting(r); err != nil {
		return err
	}
	a, err := d.Accounts.Invited(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	f := form{Action: r.URL.Path, Name: a.Name, Shown: a.Shown}
	if r.PostForm.Get("password") != r.PostForm.Get("again") {
		return d.differing(w, r, "invitation", f)
	}
	way := d.way(r)
	a, err = d.Accounts.SetPassword(r.Context(), way.Address, way.Town, r.PathValue("token"), r.PostForm.Get("password"))
	if err != nil {
		return d.again(w, r, "invitation", f, err)
	}
	if err := d.admit(r.Context(), a); err != nil {
		return err
	}
	return d.goTo(w, r, "/")
}

func (d *Door) showPassword(w http.ResponseWriter, r *http.Request) error {
	a, ok := accountOf(r.Context())
	if !ok {
		return errNobody
	}
	return d.show(w, r, http.StatusOK, "password", form{Action: "/password", Name: a.Name, Shown: a.Shown})
}

func (d *Door) changePassword(w http.ResponseWriter, r *http.Request) error {
	a, ok := accountOf(r.Context())
	if !ok {
		return errNobody
	}
	if err := d.counting(r); err != nil {
		return err
	}
	f := form{Action: "/password", Name: a.Name, Shown: a.Shown}
	if r.PostForm.Get("password") != r.PostForm.Get("again") {
		return d.differing(w, r, "password", f)
	}
	a, err := d.Accounts.ChangePassword(r.Context(), d.way(r), a, r.PostForm.Get("old"), r.PostForm.Get("password"))
	if err != nil {
		return d.again(w, r, "password", f, err)
	}
	if err := d.admit(r.Context(), a); err != nil { // this session goes on, all others end
		return err
	}
	return d.goTo(w, r, "/")
}
