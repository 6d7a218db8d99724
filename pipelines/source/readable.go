package source

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Readable gives the name of a file, or a slash-separated path, as people can read it. A part that is no UTF-8 is taken for
// GB18030, as Windows wrote names into a zip file, where every character of it decodes to one that can be printed; else its
// bytes that are no text become U+FFFD, as do control characters and those that turn the direction of writing. The true
// name is only good for opening the file.
func Readable(name string) string {
	if readable(name) {
		return name
	}
	parts := strings.Split(name, "/") // no byte of a character in GB18030 is a slash
	for i, part := range parts {
		if !utf8.ValidString(part) {
			if decoded, err := simplifiedchinese.GB18030.NewDecoder().String(part); err == nil && readable(decoded) {
				part = decoded
			}
		}
		parts[i] = strings.Map(func(r rune) rune {
			if unprintable(r) {
				return utf8.RuneError
			}
			return r
		}, strings.ToValidUTF8(part, string(utf8.RuneError)))
	}
	return strings.Join(parts, "/")
}

func readable(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool { return r == utf8.RuneError || unprintable(r) })
}

// unprintable are control characters and those that change how what follows is written.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
}
