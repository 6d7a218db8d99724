package data

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
)

// Sentence is one sentence, or part of one, of the papers: a text with placeholders in braces.
type Sentence struct {
	ID    string   `yaml:"-"`
	About Text     `yaml:"about"` // what it says, for whoever changes it
	Slots []string `yaml:"slots"` // its placeholders beside measures
	Text  Text     `yaml:"text"`
}

var sentences = sync.OnceValue(func() (all []Sentence) {
	content, err := files.ReadFile("sentences.yaml")
	var root yaml.Node
	if err == nil {
		err = yaml.Unmarshal(content, &root)
	}
	of := map[string]Sentence{}
	if err == nil {
		err = strict("sentences.yaml", &of)
	}
	if err != nil {
		panic("embedded sentences of papers: " + err.Error()) // part of the binary: a test reads them
	}
	keys := root.Content[0].Content
	for i := 0; i < len(keys); i += 2 { // in the order of the file
		s := of[keys[i].Value]
		s.ID = keys[i].Value
		all = append(all, s)
	}
	return all
})

// Sentences are the sentences of the papers as they are where a town has not changed them. The slice is shared: it must not be modified.
func Sentences() []Sentence { return sentences() }

// SentenceOf is the sentence of an ID.
func SentenceOf(id string) (Sentence, bool) {
	i := slices.IndexFunc(sentences(), func(s Sentence) bool { return s.ID == id })
	if i < 0 {
		return Sentence{}, false
	}
	return sentences()[i], true
}

// SentenceChange is one change of a sentence: who, when, from what to what, and why.
type SentenceChange struct {
	ID       string    `json:"id"`
	Sentence string    `json:"sentence"`
	From     Text      `json:"from"` // what its author saw
	To       Text      `json:"to"`
	By       string    `json:"by"`
	Account  string    `json:"account,omitempty"` // that one person has alone
	At       time.Time `json:"at"`
	Reason   string    `json:"reason,omitempty"`
	TakesOut string    `json:"takes_back,omitempty"` // the change it takes back
}

// Wording is what a town's papers say: its own sentences, and how they came about. The zero value: those everybody has.
type Wording struct {
	Own     map[string]Text
	Changes []SentenceChange  // newest first
	Unsound map[string]string // sentences of the town that do not fit this program, with why; the usual ones stand in their place
	Unread  bool              // the town's own cannot be read at all: the usual ones stand, and whoever reads them is told
}

// Of is the text of a sentence.
func (w Wording) Of(id string) Text {
	if t, own := w.Own[id]; own && w.Unsound[id] == "" {
		return t
	}
	s, known := SentenceOf(id)
	if !known {
		panic(fmt.Sprintf("there is no sentence %q", id)) // a test says every one
	}
	return s.Text
}

// Changed are the sentences the town has its own of, in order of their IDs.
func (w Wording) Changed() []string { return slices.Sorted(maps.Keys(w.Own)) }

// SentenceRefusal is why a sentence was not changed. The zero value: it was.
type SentenceRefusal string

// Refusals.
const (
	SentenceUnknown SentenceRefusal = "unknown" // no such sentence, or no such change
	SentenceMoved   SentenceRefusal = "moved"   // somebody else has changed it since it was read
	SentenceSame    SentenceRefusal = "same"    // it is so already
)

// Error makes a refusal an error.
func (r SentenceRefusal) Error() string { return "the sentence is not changed: " + string(r) }
