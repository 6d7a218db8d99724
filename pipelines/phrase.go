package pipelines

import "fmt"

// Phrase is an error that keeps the form its sentence was made by and the values filled in, so that whoever shows it can say it in
// another language. Its own sentence is the English one.
type Phrase struct {
	Form   string // as fmt.Errorf takes it
	Values []any
	err    error
}

// Errorf is fmt.Errorf, and keeps form and values.
func Errorf(form string, values ...any) error {
	return &Phrase{Form: form, Values: values, err: fmt.Errorf(form, values...)}
}

func (p *Phrase) Error() string { return p.err.Error() }

// Unwrap gives what fmt.Errorf made of it: the errors of %w stand below.
func (p *Phrase) Unwrap() error { return p.err }
