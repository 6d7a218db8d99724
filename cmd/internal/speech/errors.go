package speech

import (
	"errors"
	"io/fs"
	"strings"

	"hulian/dashboards/gate"
	"hulian/dashboards/language"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
)

// Error says an error without its advice. Every part is said by itself: what was done, where, and why, down to what the system said;
// a part that has no Chinese stays in English. The sentence of an error is never taken apart to find out what it means.
func (l Language) Error(err error) string {
	if l != Chinese {
		return err.Error()
	}
	switch e := err.(type) { //nolint:errorlint // the tree is walked by hand, a node at a time
	case *pipelines.Fault:
		return l.fault(e)
	case *pipelines.Phrase:
		if _, ok := l.find(e.Form); ok {
			return l.Tf(e.Form, e.Values...)
		}
	case *fs.PathError:
		return l.T(e.Op) + " " + e.Path + "：" + l.Error(e.Err)
	case *pipelines.CheckFailure:
		return l.Tf("%v: %d rows contradict it: %s", pipelines.ErrCheckFailed, e.Rows, e.ClaimZh)
	case interface{ Text() data.Text }:
		return e.Text().Zh
	case *gate.Refusal:
		return e.In(language.Language{Lang: language.Chinese})
	case *decode.Error:
		sentence, _ := data.Explain(pipelines.Problem{Code: e.Code, Detail: e.Detail}, string(Chinese))
		return sentence
	}
	var mapping pipelines.MappingRefusal
	if len(pipelines.Faults(err)) == 0 && errors.As(err, &mapping) {
		return data.ExplainMappingRefusal(mapping, string(Chinese))
	}
	text := err.Error()
	if said, ok := l.find(text); ok {
		return said
	}
	switch e := err.(type) { //nolint:errorlint // see above
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return l.around(text, inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			text = strings.Replace(text, inner.Error(), l.Error(inner), 1)
		}
		return text
	}
	return text
}

// fault says what was done, where in brackets, and why.
func (l Language) fault(f *pipelines.Fault) string {
	text := l.T(f.Op)
	if f.At != "" {
		text += "（" + l.T(strings.TrimPrefix(f.At, "of ")) + "）" // "of" leads on to a command's name
	}
	if f.Err != nil {
		text += "：" + l.Error(f.Err)
	}
	return text
}

// around says an error that puts words before or behind another one.
func (l Language) around(text string, inner error) string {
	before, behind, found := strings.Cut(text, inner.Error())
	if !found {
		return text
	}
	if lead, ok := l.find(strings.TrimSuffix(before, ": ")); ok && lead != "" {
		before = lead + "："
	}
	return before + l.Error(inner) + behind
}

// Next says what a fault advises.
func (l Language) Next(f *pipelines.Fault) string {
	if len(f.With) == 0 {
		return l.T(f.Next)
	}
	return l.Tf(f.Next, f.With...)
}
