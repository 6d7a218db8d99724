package personal

import (
	"regexp"
	"strings"

	"golang.org/x/text/width"
)

// Kind is what a number identifies a person by.
type Kind string

// Kinds of numbers; None where a text holds none.
const (
	None         Kind = ""
	IdentityCard Kind = "identity card"
	Phone        Kind = "phone"
)

// Telephones, with and without the country, and identity numbers of eighteen and of the older fifteen digits, which begin
// with the number of a province. The first group of each is the number itself.
var (
	phoneNumber = regexp.MustCompile(`(?:^|[^0-9])((?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}|0[0-9]{2,3}-[2-9][0-9]{6,7})(?:$|[^0-9])`)
	longID      = regexp.MustCompile(`(?:^|[^0-9])([1-9][0-9]{5} ?(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]) ?[0-9]{3}[0-9Xx])(?:$|[^0-9Xx])`)
	shortID     = regexp.MustCompile(`(?:^|[^0-9])((?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])[0-9]{4}[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3})(?:$|[^0-9])`)
)

// fileHash is the SHA-256 of a file, in which any digits may follow each other.
var fileHash = regexp.MustCompile(`[0-9a-f]{64}`)

// shownDigits of a number stay when it is masked: the network of a telephone, the province of an identity card.
const shownDigits = 3

// Shortest is how many digits the number of a person has at least.
const Shortest = 11

// KindOf says which kind of number a text holds; an identity card goes before a telephone.
func KindOf(text string) Kind {
	if !mayHoldNumber(text) {
		return None
	}
	folded, _ := fold(text)
	folded = fileHash.ReplaceAllString(folded, "~")
	switch {
	case longID.MatchString(folded), shortID.MatchString(folded):
		return IdentityCard
	case phoneNumber.MatchString(folded):
		return Phone
	}
	return None
}

// Mask writes asterisks for the digits of every number in a text, except for the first three.
func Mask(text string) string {
	if !mayHoldNumber(text) {
		return text
	}
	folded, starts := fold(text)
	folded = fileHash.ReplaceAllStringFunc(folded, func(hash string) string { return strings.Repeat("~", len(hash)) })
	hidden := make([]bool, len(folded))
	found := false
	for _, form := range []*regexp.Regexp{longID, shortID, phoneNumber} {
		// The character behind a number may be the one before the next, so the search goes on at the number's end.
		for from := 0; ; {
			at := form.FindStringSubmatchIndex(folded[from:])
			if at == nil {
				break
			}
			shown := 0
			for i := from + at[2]; i < from+at[3]; i++ {
				isDigit := folded[i] >= '0' && folded[i] <= '9' || folded[i] == 'X' || folded[i] == 'x'
				if isDigit {
					shown++
				}
				hidden[i] = hidden[i] || isDigit && shown > shownDigits
			}
			from, found = from+at[3], true
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
		case b == 0xef && i+2 < len(text) && text[i+1] == 0xbc && text[i+2] == 0x8d, b == 0xe3 && i+2 < len(text) && text[i+1] == 0x80 && text[i+2] == 0x80:
			i += 2 // full-width hyphen and space
		case b == '-' || b == ' ':
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
		if r == '\u3000' {
			r = ' '
		}
		if r >= 0x80 {
			r = '~'
		}
		bytes, starts = append(bytes, byte(r)), append(starts, at)
	}
	return string(bytes), append(starts, len(text))
}
