package speech

import "strings"

// Choose finds what the user speaks. The first of these that says something decides: said, in its order (a flag, the program's own
// variable, the town's configuration), then LC_ALL, LC_MESSAGES and LANG of environ, as POSIX orders them. A locale is Chinese where
// its name begins with zh; every other, and none at all, is English.
func Choose(environ []string, said ...string) Language {
	for _, one := range said {
		switch Language(one) {
		case English, Chinese:
			return Language(one)
		}
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := variable(environ, name); locale != "" {
			if spoken := strings.FieldsFunc(strings.ToLower(locale), func(r rune) bool { return strings.ContainsRune("_-.@", r) }); len(spoken) > 0 && spoken[0] == "zh" {
				return Chinese
			}
			return English
		}
	}
	return English
}

// variable is the value of a variable; the last one holds, as for a process.
func variable(environ []string, name string) (value string) {
	for _, one := range environ {
		if rest, ok := strings.CutPrefix(one, name+"="); ok {
			value = rest
		}
	}
	return value
}
