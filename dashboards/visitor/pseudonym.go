package visitor

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"

	"hulian/pipelines/personal"
)

// minimumKey is the shortest key taken, in bytes: as long as the security that is wanted, 128 bits.
const minimumKey = 16

// Pseudonyms turns IDs of persons and households into names that stay the same but lead to nobody without the key. The
// zero Pseudonyms gives none away: every ID becomes the same dots.
type Pseudonyms struct {
	key    []byte
	prefix string
}

// NewPseudonyms gives the pseudonyms of a town under a key of at least 16 random bytes. generation numbers the keys: with a
// new key goes a new number, so that names of both are told apart and never taken for the same person's.
func NewPseudonyms(key []byte, town string, generation int) (Pseudonyms, error) {
	switch {
	case len(key) < minimumKey:
		return Pseudonyms{}, fmt.Errorf("the key of pseudonyms has %d bytes, at least %d are needed", len(key), minimumKey)
	case town == "":
		return Pseudonyms{}, errors.New("pseudonyms need the town they are for")
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%d %q", generation, town)
	return Pseudonyms{key: mac.Sum(nil), prefix: fmt.Sprintf("p%d-", generation)}, nil
}

// Subject is what an ID stands for. IDs of members and households may be equal; their pseudonyms are not.
type Subject string

// Subjects.
const (
	Member    Subject = "member"
	Household Subject = "household"
	Cadre     Subject = "cadre"
	Record    Subject = "record" // a row of an export by its key, in which IDs of persons may stand
)

const hiddenID = "•••"

// letters of pseudonyms leave out l, o, 0 and 1, which are taken for others.
var letters = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// pseudonymLength in letters of five bits: among ten million IDs two equal ones have a chance of one in twenty thousand.
const pseudonymLength = 12

// Of is the pseudonym of an ID, such as p1-kx7mqa2dw9te; nothing for the empty ID.
func (p Pseudonyms) Of(s Subject, id string) string {
	switch {
	case id == "":
		return ""
	case p.key == nil:
		return hiddenID
	}
	mac := hmac.New(sha256.New, p.key)
	fmt.Fprintf(mac, "%s %s", s, id)
	return p.prefix + letters.EncodeToString(mac.Sum(nil))[:pseudonymLength]
}

// ID is the ID of a person or household of a place as the visitor may see it: itself, or its pseudonym.
func (v Visitor) ID(p Pseudonyms, s Subject, at Place, id string) string {
	if v.SeesPerson(at) {
		return id
	}
	return p.Of(s, id)
}

// Person is the name of somebody of a place as the visitor may see it: in full, or the surname and asterisks.
func (v Visitor) Person(at Place, name string) string {
	if v.SeesPerson(at) {
		return name
	}
	return MaskName(name)
}

// Address is an address or another detail that leads to a household, for those who may see it; empty for others.
func (v Visitor) Address(at Place, address string) string {
	if v.SeesPerson(at) {
		return address
	}
	return ""
}

// MaskName hides a person's given name: 王小明 becomes 王**.
func MaskName(name string) string {
	for _, first := range strings.TrimSpace(name) {
		return string(first) + "**"
	}
	return ""
}

// FreeText is a text that people wrote, as it is shown to anybody: numbers of identity cards and telephones are masked,
// whoever reads it.
func FreeText(text string) string { return personal.Mask(text) }

// Text is a text that people wrote about a place, already without numbers, as the visitor may see it: the names of persons he
// does not see are masked.
func (v Visitor) Text(names personal.Names, at Place, text string) string {
	if v.SeesPerson(at) {
		return text
	}
	return names.Mask(text, MaskName)
}
