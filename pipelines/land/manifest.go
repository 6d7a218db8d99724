package land

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/sealed"
)

// Line is one line of the manifest as it stands.
type Line struct {
	No   int64 // of the line, from 1; the number the file must have
	Text []byte
	File File
	Err  error // why it cannot be trusted; nil: it can
}

// readLines takes a manifest apart. torn is how many bytes of its end a crash left of a line that was never complete;
// open says that the last line is complete but for its line break.
func readLines(content []byte) (lines []Line, torn int, open bool) {
	sealed := false // the lines so far; those at the beginning may be from before there were seals
	for len(content) > 0 {
		text, rest, ended := bytes.Cut(content, []byte("\n"))
		line := readLine(int64(len(lines))+1, text)
		if len(rest) == 0 { // the last one
			switch open = !ended && isSealed(text); {
			case open: // all that the crash kept from the disk is the end
			case !ended && !isSealed(text[:len(text)-1]), line.Err != nil && bytes.IndexByte(text, 0) >= 0: // blocks reach the disk out of order
				return lines, len(content), false
			case !ended:
				line.Err = errors.New("its end is damaged")
			}
		}
		if isSealed(text) {
			sealed = true
		} else if sealed && line.Err == nil {
			line.Err = errors.New("it lacks the hash it was written with")
		}
		lines = append(lines, line)
		content = rest
	}
	return lines, 0, open
}

func isSealed(text []byte) bool {
	var f File
	sealed, err := sealed.Read(text, &f)
	return sealed && err == nil
}

func readLine(no int64, text []byte) Line {
	line := Line{No: no, Text: text}
	if _, line.Err = sealed.Read(text, &line.File); line.Err == nil && (line.File.No != no || !validID(line.File.ID)) {
		line.Err = pipelines.Errorf("number %d and id %q do not belong there", line.File.No, line.File.ID)
	}
	return line
}

// Inventory is what lies in the folder of a store, whole or not.
type Inventory struct {
	Lines   []Line
	Torn    int              // bytes at the end of the manifest that a crash left of a line; they are no file
	Content map[string]int64 // size of what lies there, by id; not verified
	Pruned  map[string]bool  // content that was let go
}

// Inspect says what lies in the folder of a store. Unlike Open it touches nothing and refuses nothing but a folder that
// cannot be read; one that is not there holds nothing.
func Inspect(dir string) (Inventory, error) {
	manifest, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Inventory{}, err
	}
	all := Inventory{Pruned: map[string]bool{}}
	all.Lines, all.Torn, _ = readLines(manifest)
	if err := readPruned(dir, all.Pruned); err != nil {
		return Inventory{}, err
	}
	all.Content, err = contents(dir)
	return all, err
}

// Manifest is the path of the manifest of the store in dir.
func Manifest(dir string) string { return filepath.Join(dir, manifestName) }

// Rewrite replaces the manifest of the store in dir, whole or not at all. The files must have the numbers 1 to n in this
// order: a number once given is never given to another file.
func Rewrite(dir string, files []File) error {
	var content []byte
	for i, f := range files {
		if f.No != int64(i)+1 || !validID(f.ID) {
			return pipelines.Errorf("file %d with the id %q cannot stand in line %d", f.No, f.ID, i+1)
		}
		line, err := sealed.Line(f)
		if err != nil {
			return err
		}
		content = append(append(content, line...), '\n')
	}
	return durable.Write(filepath.Join(dir, manifestName), content, durable.FileMode)
}
