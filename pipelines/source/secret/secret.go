package secret

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"hulian/pipelines"
)

// largest is the size up to which a file is taken for a secret; an RSA key of 16,384 bits has 13 KB.
const largest = 64 << 10

const masked = "•••"

// Reference says where a secret is kept: env:NAME or file:/path. The empty reference is no secret at all.
type Reference string

// Check refuses a reference that is neither empty, env:NAME nor file:/path. It never repeats it, since what stands in
// its place may be the secret.
func (r Reference) Check() error {
	if r == "" {
		return nil
	}
	if name, ok := strings.CutPrefix(string(r), "env:"); ok && name != "" && !strings.ContainsAny(name, "= \t\n\x00") {
		return nil
	}
	if path, ok := strings.CutPrefix(string(r), "file:"); ok && filepath.IsAbs(path) {
		return nil
	}
	return errors.New("a secret is named as env:NAME or file:/path, never written into the file")
}

// ErrUnread is what every error of Read is: the secret is not where it should be.
var ErrUnread = errors.New("a secret cannot be read")

// Advice is what to do about ErrUnread.
const Advice = "set the variable, or write the file, for the account hulian runs under"

type unread struct{ error }

func (u unread) Unwrap() error        { return u.error }
func (u unread) Is(target error) bool { return target == ErrUnread }

// Read fetches the secret. White space around it is no part of it: editors end files with a line break.
func (r Reference) Read() (Value, error) {
	if err := r.Check(); err != nil || r == "" {
		return Value{}, err
	}
	var text string
	if name, ok := strings.CutPrefix(string(r), "env:"); ok {
		text = os.Getenv(name)
	} else {
		content, err := contentOf(strings.TrimPrefix(string(r), "file:"))
		if err != nil {
			return Value{}, unread{pipelines.Errorf("secret %s: %w", string(r), err)}
		}
		text = string(content)
	}
	if text = strings.TrimSpace(text); text == "" {
		return Value{}, unread{pipelines.Errorf("secret %s is not set or empty", string(r))}
	}
	return Value{text}, nil
}

func contentOf(path string) (content []byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	content, err = io.ReadAll(io.LimitReader(file, largest+1))
	if err == nil && len(content) > largest {
		err = errors.New("too large for a secret")
	}
	return content, err
}

// Value is a secret in memory. However it is printed or encoded, dots come out.
type Value struct{ text string }

// Reveal gives the secret itself, to be handed to the server it is for.
func (v Value) Reveal() string { return v.text }

// IsZero reports whether there is no secret.
func (v Value) IsZero() bool { return v.text == "" }

// Format prints dots for every verb.
func (v Value) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, masked) // fmt collects it in memory, and gives a Formatter no way to fail
}

// MarshalText encodes dots.
func (v Value) MarshalText() ([]byte, error) { return []byte(masked), nil }

// Redact returns err with every value in its message, plain or escaped as in an address, replaced by dots. The causes
// stay reachable by errors.Is and errors.As.
func Redact(err error, values ...Value) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for _, v := range values {
		if v.text == "" {
			continue
		}
		for _, form := range []string{v.text, url.QueryEscape(v.text), url.PathEscape(v.text), strings.Trim(fmt.Sprintf("%q", v.text), `"`)} {
			text = strings.ReplaceAll(text, form, masked)
		}
	}
	if text == err.Error() {
		return err
	}
	return &redacted{text, err}
}

type redacted struct {
	text  string
	cause error
}

func (r *redacted) Error() string { return r.text }

// Is and As look for causes without handing the unredacted error itself out as Unwrap would.
func (r *redacted) Is(target error) bool { return errors.Is(r.cause, target) }
func (r *redacted) As(target any) bool   { return errors.As(r.cause, target) }
