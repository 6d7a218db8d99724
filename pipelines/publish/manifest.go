package publish

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/pipelines/model"
)

// Manifest says what a generation holds and what it was made from. The caller of Publish fills Version, RunID,
// PublishedAt and Checks; the rest is found out.
type Manifest struct {
	Generation  int                 `json:"generation"`
	Hash        string              `json:"hash"`    // of the content: SHA-256 over all tables
	CutOff      string              `json:"cut_off"` // 2018-01-31
	Version     string              `json:"version"` // of the code
	RunID       string              `json:"run_id"`
	PublishedAt time.Time           `json:"published_at"`
	Checks      []model.CheckResult `json:"checks"` // warnings the build left
	Inputs      []Input             `json:"inputs"`
	Tables      []TableContent      `json:"tables"`
	Files       []File              `json:"files,omitempty"` // what the generation is made of; manifests from before there were hashes have none

	Keep int `json:"-"` // generations to keep when this one is published; 0: Keep
}

// Input is one landed file the snapshot was made from.
type Input struct {
	FileID string `json:"file_id"` // SHA-256 of the file
	Name   string `json:"name"`
	State  string `json:"state"`
}

// TableContent sums up one table.
type TableContent struct {
	Table   string            `json:"table"`
	Content string            `json:"content"`           // rows and two sums of their hashes
	Passing string            `json:"passing,omitempty"` // the same with the columns that only say when something was done
	Months  map[string]string `json:"months,omitempty"`  // of a large table, the same of the rows of each month
}

// holds reports whether two tables hold the same rows, the columns that only say when included.
func (t TableContent) holds(other TableContent) bool {
	return t.Table == other.Table && t.Content == other.Content && t.Passing == other.Passing && (t.Passing != "" || passing[t.Table] == nil)
}

// content is what the manifest says of one table; the zero TableContent where it says nothing.
func (m Manifest) content(table string) TableContent {
	if i := slices.IndexFunc(m.Tables, func(t TableContent) bool { return t.Table == table }); i >= 0 {
		return m.Tables[i]
	}
	return TableContent{}
}

// File is one file of a generation as it was written.
type File struct {
	Path   string `json:"path"` // slash-separated, relative to the town's folder
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Generation is one published snapshot.
type Generation struct {
	Number   int
	Path     string // the database file
	Hash     string
	Manifest Manifest

	// Instead says why the generation that should be read is not, and this one is in its place; nil: it is that one. Where it is
	// set, people must be told: they see older numbers than were published.
	Instead error
}

const (
	snapshotFolder = "snapshots"
	martsFolder    = "marts"
	pointer        = "current"
	part           = ".part"
)

func generationName(number int) string { return fmt.Sprintf("gen-%06d", number) }

// numberOf reads the number out of a file or folder name of a generation, whole or partly written; 0 for other names.
func numberOf(name string) int {
	rest, ok := strings.CutPrefix(name, "gen-")
	if !ok || len(rest) < 6 {
		return 0
	}
	digits, _, _ := strings.Cut(rest, ".")
	number, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return number
}

// numbers lists the generations of which anything lies in the folder, in rising order.
func numbers(dir string) []int {
	var all []int
	for _, folder := range []string{snapshotFolder, martsFolder} {
		entries, _ := os.ReadDir(filepath.Join(dir, folder))
		for _, entry := range entries {
			if n := numberOf(entry.Name()); n > 0 {
				all = append(all, n)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// remove deletes what lies there of a generation, and says what could not be deleted.
func remove(dir string, number int) (err error) {
	for _, folder := range []string{snapshotFolder, martsFolder} {
		entries, _ := os.ReadDir(filepath.Join(dir, folder)) // a folder that is not there holds nothing
		for _, entry := range entries {
			if numberOf(entry.Name()) == number {
				err = errors.Join(err, os.RemoveAll(filepath.Join(dir, folder, entry.Name())))
			}
		}
	}
	return err
}
