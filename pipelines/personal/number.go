package personal

import (
	"regexp"
	"strings"

	"golang.org/x/text/width"
)

// Kind is what a text tells of a person.
type Kind string

// Kinds; None where a text holds nothing.
const (
	None         Kind = ""
	IdentityCard Kind = "identity card"
	Phone        Kind = "phone"
	BankCard     Kind = "bank card"
	Address      Kind = "address" // see HasAddress; it is no number, and Mask leaves it
	Name         Kind = "name"    // see Names
)

// Numbers of persons: telephones with and without the country, cards of the banks' union (62 and 81, and the older 9558), and
// identity numbers of eighteen and of the older fifteen digits. The first group of each is the number itself. Between the groups
// people write blanks, hyphens and points; in an identity number between any digits.
var (
	phoneNumber = regexp.MustCompile(`(?:^|[^0-9])((?:\(?(?:\+|00)?86\)?[-. ]{0,3})?1[3-9][0-9][-. ]{0,3}[0-9]{4}[-. ]{0,3}[0-9]{4}|` +
		`(?:(?:\+|00)86[-. ]{0,3}[1-9][0-9]{1,2}|\(?0[1-9][0-9]{1,2})(?:\)[-. ]{0,3}|[-. ]{1,3})[2-9][0-9]{2,3}[- ]?[0-9]{4})(?:$|[^0-9])`)
	longID   = regexp.MustCompile(`(?:^|[^0-9])((?:[0-9][- ]{0,3}){17}[0-9Xx])(?:$|[^0-9Xx])`)
	shortID  = regexp.MustCompile(`(?:^|[^0-9])([1-9][0-9]{5}[- ]?[0-9]{2}[- ]?(?:0[1-9]|1[0-2])[- ]?(?:0[1-9]|[12][0-9]|3[01])[- ]?[0-9]{3})(?:$|[^0-9])`)
	bankCard = regexp.MustCompile(`(?:^|[^0-9A-Za-z])((?:62|81|9558)(?:[- ]{0,3}[0-9]){12,17})(?:$|[^0-9A-Za-z])`)
)

// form is how numbers of a kind are written; what is written so is one where it holds.
type form struct {
	kind    Kind
	written *regexp.Regexp
	holds   func(number string) bool // of the number without separators; nil: the form is enough
}

// forms in the order in which a text is said to hold them.
var forms = []form{{IdentityCard, longID, isLongID}, {IdentityCard, shortID, ofProvince}, {BankCard, bankCard, isBankCard}, {Phone, phoneNumber, nil}}

// fileHash is the SHA-256 of a file, in which any digits may follow each other.
var fileHash = regexp.MustCompile(`[0-9a-f]{64}`)

// shownDigits of a number stay when it is masked: the network of a telephone, the province of an identity card.
const shownDigits = 3

// Shortest is how many digits the number of a person has at least.
const Shortest = 11

// KindOf says which kind of number a text holds; an identity card goes before a bank card, and that before a telephone.
func KindOf(text string) Kind {
	if !mayHoldNumber(text) {
		return None
	}
	folded, _ := fold(text)
	folded = withoutHashes(folded)
	for _, f := range forms {
		if start, _ := f.next(folded, 0); start >= 0 {
			return f.kind
		}
	}
	return None
}

// Mask writes asterisks for the digits of every number in a text, except for the first three.
func Mask(text string) string {
	if !mayHoldNumber(text) {
		return text
	}
	folded, starts := fold(text)
	folded = withoutHashes(folded)
	hidden := make([]bool, len(folded))
	found := false
	for _, f := range forms {
		for start, end := f.next(folded, 0); start >= 0; start, end = f.next(folded, end) {
			shown := 0
			for i := start; i < end; i++ {
				isDigit := folded[i] >= '0' && folded[i] <= '9' || folded[i] == 'X' || folded[i] == 'x'
				if isDigit {
					shown++
				}
				hidden[i] = hidden[i] || isDigit && shown > shownDigits
			}
			found = true
		}
	}
	if !found {
		return text
	}
	var masked strings.Builder
	for i := range folded {
		if hidden[i] {
			masked.WriteByte('*')
		} else {
			masked.WriteString(text[starts[i]:starts[i+1]])
		}
	}
	return masked.String()
}

// next is where the first number of the form stands from a place on; -1: nowhere. The character behind a number may be the one
// before the next.
func (f form) next(folded string, from int) (start, end int) {
	for from <= len(folded) {
		at := f.written.FindStringSubmatchIndex(folded[from:])
		if at == nil {
			break
		}
		start, end = from+at[2], from+at[3]
		if (from == 0 || start > from || !digit(folded[from-1])) && (f.holds == nil || f.holds(separators.Replace(folded[start:end]))) {
			return start, end
		}
		from = start + 1
	}
	return -1, -1
}

var separators = strings.NewReplacer("-", "", " ", "")

func digit(b byte) bool { return b >= '0' && b <= '9' }

func withoutHashes(folded string) string {
	return fileHash.ReplaceAllStringFunc(folded, func(hash string) string { return strings.Repeat("~", len(hash)) })
}

// mayHoldNumber looks for eleven digits in a row, which most texts lack, without allocating.
func mayHoldNumber(text string) bool {
	run := 0
	for i := 0; i < len(text) && run < Shortest; i++ {
		switch b := text[i]; {
		case b >= '0' && b <= '9':
			run++
		case b == 0xef && i+2 < len(text) && text[i+1] == 0xbc && text[i+2] >= 0x90 && text[i+2] <= 0x99: // full-width digits
			run++
			i += 2
		case b == 0xef && i+2 < len(text) && text[i+1] == 0xbc && (text[i+2] == 0x8d || text[i+2] == 0x8e || text[i+2] == 0x88 || text[i+2] == 0x89), b == 0xe3 && i+2 < len(text) && text[i+1] == 0x80 && text[i+2] == 0x80:
			i += 2 // full-width hyphen, point, brackets and space
		case b == 0xe2 && i+2 < len(text) && text[i+1] == 0x80:
			i += 2 // blanks and dashes of print, and those without a width
		case b == 0xc2 && i+1 < len(text) && text[i+1] == 0xa0:
			i++ // the blank that does not break
		case b == '-' || b == ' ' || b == '.' || b == '(' || b == ')':
		default:
			run = 0
		}
	}
	return run >= Shortest
}

// fold writes full-width forms as half-width ones, every other character beyond ASCII as one byte that is in no number, and
// says where each character starts in text; one more start is text's end.
func fold(text string) (folded string, starts []int) {
	bytes := make([]byte, 0, len(text))
	starts = make([]int, 0, len(text)+1)
	for at, r := range text {
		if narrow := width.LookupRune(r).Folded(); narrow != 0 {
			r = narrow
		}
		switch {
		case r == '\u3000' || r == '\u00a0' || r >= '\u2000' && r <= '\u200f':
			r = ' '
		case r >= '\u2010' && r <= '\u2015':
			r = '-'
		}
		if r >= 0x80 {
			r = '~'
		}
		bytes, starts = append(bytes, byte(r)), append(starts, at)
	}
	return string(bytes), append(starts, len(text))
}
