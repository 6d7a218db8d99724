package source

import (
	"hulian/pipelines"
	"path"
	"slices"
	"strings"
)

// CheckPatterns refuses patterns that Wanted could not match.
func CheckPatterns(patterns []string) error {
	for _, pattern := range patterns {
		if _, err := path.Match(pattern, ""); err != nil {
			return pipelines.Errorf("pattern %q: %w", pattern, err)
		}
	}
	return nil
}

// Wanted reports whether the base name or the whole slash-separated name matches one of the patterns (path.Match;
// none: all).
func Wanted(patterns []string, name string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool {
		byBase, _ := path.Match(pattern, path.Base(name))
		byPath, _ := path.Match(pattern, name)
		return byBase || byPath
	})
}

// PassedOver tells by its base name a file nobody means to hand in: hidden ones, lock files of Excel and WPS (~$name),
// and what copy tools and browsers call a download that is not finished.
func PassedOver(base string) bool {
	lower := strings.ToLower(base)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "~") || lower == "thumbs.db" || lower == "desktop.ini" {
		return true
	}
	switch path.Ext(lower) {
	case ".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", ".lock":
		return true
	}
	return strings.HasSuffix(lower, "~")
}
