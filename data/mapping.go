package data

import (
	"cmp"
	"fmt"
	"strings"
	"sync"

	"hulian/pipelines"
)

// MappingKey is one key of a mapping file.
type MappingKey struct {
	Path    string `yaml:"path"`    // the keys that lead to it, with dots: exports.columns.only
	Example string `yaml:"example"` // a line that uses it
	Text    Text   `yaml:"text"`    // what it is for
}

var mappingTexts = sync.OnceValue(func() (texts struct {
	Keys     []MappingKey                      `yaml:"keys"`
	Refusals map[pipelines.MappingFault]Text   `yaml:"refusals"`
	Written  map[pipelines.MappingFault]string `yaml:"written"`
}) {
	if err := strict("mapping.yaml", &texts); err != nil {
		panic(err)
	}
	return texts
})

// MappingKeys lists what a mapping file may say, in the order it is told in. A slice of the caller's own.
func MappingKeys() []MappingKey { return append([]MappingKey(nil), mappingTexts().Keys...) }

// MappingKeyOf finds a key by its path; its texts are empty where there is none.
func MappingKeyOf(path string) MappingKey {
	for _, k := range mappingTexts().Keys {
		if k.Path == path {
			return k
		}
	}
	return MappingKey{}
}

// ExplainMappingRefusal says in Chinese, or in English where lang is "en", what is wrong with a mapping and what to do,
// with the line of the mapping file where it is known; empty of a refusal that is not known.
func ExplainMappingRefusal(r pipelines.MappingRefusal, lang string) string {
	text := strings.NewReplacer("{subject}", r.Subject, "{near}", r.Near).Replace(mappingTexts().Refusals[r.Why].In(lang))
	if r.Line == 0 || text == "" {
		return text
	}
	if example := mappingTexts().Written[r.Why]; example != "" {
		text += Text{Zh: "：", En: ": "}.In(lang) + example
	}
	place := fmt.Sprintf(Text{Zh: "第 %d 行：", En: "line %d: "}.In(lang), r.Line)
	about := cmp.Or(r.Column, r.Key)
	if about == "" || r.Why == pipelines.MappingUnknown || r.Why == pipelines.MappingUnknownAmong {
		return place + text
	}
	return place + about + Text{Zh: "：", En: ": "}.In(lang) + text
}
