package accounts

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/secure/precis"
)

// defaultCost is what hashing a password takes: 64 MB and some tenths of a second of one processor, above what OWASP asks for.
// Hashes of another cost are made anew when their owner signs in.
var defaultCost = argon2id.Params{Memory: 64 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// atOnce bounds how many passwords are hashed side by side, so that many sign-ins cannot take the memory of the machine.
const atOnce = 2

// Limits of passwords, in characters. The longest bounds what hashing is given to read.
const (
	shortestPassword  = 10
	longestPassword   = 200
	fewestDifferent   = 5
	shortestNamePart  = 3 // a shorter name is in many passwords by chance
	mostOrderedSteps  = 3 // of four: more make a run such as 1234567890
	orderedStepsOutOf = 4
)

// hasher makes and checks hashes.
type hasher struct {
	cost   argon2id.Params
	dummy  string // what the password of a name that does not exist is checked against
	places chan struct{}
	check  func(password, hash string) (bool, *argon2id.Params, error)
}

func newHasher(cost argon2id.Params) (*hasher, error) {
	dummy, err := argon2id.CreateHash("the password of nobody", &cost)
	return &hasher{cost: cost, dummy: dummy, places: make(chan struct{}, atOnce), check: argon2id.CheckHash}, err
}

// hash makes the hash of a password.
func (h *hasher) hash(ctx context.Context, password string) (hash string, err error) {
	prepared, err := precis.OpaqueString.String(password)
	if err != nil {
		return "", ErrGuessed // such as a control character
	}
	err = h.inTurn(ctx, func() (err error) {
		hash, err = argon2id.CreateHash(prepared, &h.cost)
		return err
	})
	return hash, err
}

// matches checks a password. It does the same work where there is no hash to check against. stale: the hash was made at
// another cost.
func (h *hasher) matches(ctx context.Context, password, hash string) (right, stale bool, err error) {
	nobody := hash == ""
	if nobody {
		hash = h.dummy
	}
	prepared, invalid := precis.OpaqueString.String(password)
	if invalid != nil || utf8.RuneCountInString(password) > longestPassword {
		prepared, nobody = "", true
	}
	err = h.inTurn(ctx, func() error {
		same, cost, err := h.check(prepared, hash)
		right = same && !nobody
		stale = cost != nil && *cost != h.cost
		return err
	})
	return right, stale && right, err
}

func (h *hasher) inTurn(ctx context.Context, do func() error) error {
	select {
	case h.places <- struct{}{}:
		defer func() { <-h.places }()
		return do()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// chosen gives the hash of a password that the owner of an account has chosen, or why it cannot be taken.
func (h *hasher) chosen(ctx context.Context, password, name string) (hash string, err error) {
	if err := acceptable(password, name); err != nil {
		return "", err
	}
	return h.hash(ctx, password)
}

// acceptable says why a new password cannot be taken; nil where it can.
func acceptable(password, name string) error {
	length := utf8.RuneCountInString(password)
	different := map[rune]bool{}
	steps, previous := 0, rune(-2)
	for _, r := range password {
		different[r] = true
		if d := r - previous; d >= -1 && d <= 1 {
			steps++
		}
		previous = r
	}
	holdsName := len([]rune(name)) >= shortestNamePart && strings.Contains(strings.ToLower(password), strings.ToLower(name))
	switch {
	case length < shortestPassword:
		return ErrShort
	case length > longestPassword:
		return ErrLong
	case len(different) < fewestDifferent, holdsName, steps*orderedStepsOutOf >= length*mostOrderedSteps:
		return ErrGuessed
	}
	if _, err := precis.OpaqueString.String(password); err != nil {
		return ErrGuessed
	}
	return nil
}

// longestName is the most characters of a name to sign in with, longestShown of the name people see.
const (
	longestName  = 64
	longestShown = 40
)

// folded is a name as it is kept and compared: Wang, ＷＡＮＧ and wang are one.
func folded(name string) (string, error) {
	name, err := precis.UsernameCaseMapped.String(strings.TrimSpace(name))
	if err != nil || name == "" || utf8.RuneCountInString(name) > longestName {
		return "", ErrName
	}
	return name, nil
}
