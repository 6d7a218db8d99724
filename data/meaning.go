package data

import (
	"fmt"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Meaning is one thing that words in headers say, in any language: "issue", "resolved", "a telephone number".
type Meaning struct {
	ID     string
	Answer bool                // it says what the cells of a column are, not what about: a time, an ID, a count
	Weight float64             // how much it says beside others, from 0 to 1
	Hides  []string            // meanings it takes the place of where it stands beside them
	Near   map[string]float64  // meanings it may stand for where nothing better is there, and how well, from 0 to 1
	Words  map[string][]string // by language; spaces part words, where the language does
}

// SmallWords is the ID of the meaning whose words say nothing by themselves: the, of, 所属.
const SmallWords = "small"

// Meanings returns what words in headers mean, in the order of the file: of two answers in a header the earlier one is
// what the cells are. The returned values are shared: they must not be modified.
func Meanings() []Meaning { return meanings() }

var meanings = sync.OnceValue(func() []Meaning {
	all, err := readMeanings()
	if err != nil {
		panic("embedded meanings of words: " + err.Error()) // part of the binary: a test reads them
	}
	return all
})

// readMeanings reads the file by its nodes, because a map would lose the order.
func readMeanings() ([]Meaning, error) {
	content, err := files.ReadFile("meanings.yaml")
	if err != nil {
		return nil, err
	}
	var file yaml.Node
	if err := yaml.Unmarshal(content, &file); err != nil {
		return nil, err
	}
	var all []Meaning
	nodes := file.Content[0].Content
	for i := 0; i+1 < len(nodes); i += 2 {
		m := Meaning{ID: nodes[i].Value, Weight: 1, Words: map[string][]string{}}
		parts := nodes[i+1].Content
		for j := 0; j+1 < len(parts); j += 2 {
			var err error
			switch key := parts[j].Value; {
			case key == "answer":
				err = parts[j+1].Decode(&m.Answer)
			case key == "hides":
				err = parts[j+1].Decode(&m.Hides)
			case key == "weight":
				err = parts[j+1].Decode(&m.Weight)
			case key == "near":
				err = parts[j+1].Decode(&m.Near)
			case len(key) == len("zh"):
				var words []string
				err = parts[j+1].Decode(&words)
				m.Words[key] = words
			default:
				err = fmt.Errorf("line %d: %q is neither answer, weight, hides, near nor the code of a language", parts[j].Line, key)
			}
			if err != nil {
				return nil, fmt.Errorf("meanings.yaml: %s: %w", m.ID, err)
			}
		}
		all = append(all, m)
	}
	return all, nil
}

// TraditionalCharacters returns pairs of a traditional character and the simplified one, of those that stand in headers.
// The returned value is shared: it must not be modified.
func TraditionalCharacters() [][2]string { return traditional() }

var traditional = sync.OnceValue(func() (pairs [][2]string) {
	var file struct {
		Traditional string `yaml:"traditional"`
		Simplified  string `yaml:"simplified"`
	}
	if err := strict("traditional.yaml", &file); err != nil {
		panic("embedded characters: " + err.Error()) // part of the binary: a test reads them
	}
	to := []rune(file.Simplified)
	for i, r := range []rune(file.Traditional) {
		pairs = append(pairs, [2]string{string(r), string(to[i])})
	}
	return pairs
})
