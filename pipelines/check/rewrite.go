package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/land"
	"hulian/pipelines/publish"
	"hulian/pipelines/source"
)

// manifest restores the lines of the manifest that are damaged or lost. A file that was loaded is known to the warehouse, or to the
// newest whole snapshot, with everything its line says. Of one that was not, the content lies in the store under a name that
// cannot be doubted, and as much as can be read of its line is kept. Lines at the end of which nothing is known are left out:
// their files land again when they come again. Where a line in the middle cannot be told, nothing is changed.
func (r *repairing) manifest(ctx context.Context) error {
	dir := filepath.Join(r.Dir, landedName)
	inventory, err := land.Inspect(dir)
	if err != nil {
		return err
	}
	loaded, err := r.known(ctx)
	if err != nil {
		return err
	}
	files, err := r.restored(ctx, inventory, loaded)
	if err != nil {
		return err
	}
	manifest := land.Manifest(dir)
	damaged, err := os.ReadFile(manifest)
	if err == nil { // a copy: what stands there is replaced, whole or not at all
		var to string
		if to, err = r.place(manifest); err == nil {
			err = durable.Write(to, damaged, durable.FileMode)
			r.log.Warn("a damaged file was set aside", "file", manifest, "as", to)
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return r.fault("set aside", manifest, err)
	}
	if err := land.Rewrite(dir, files); err != nil {
		return r.fault("write the list of landed files", manifest, err)
	}
	r.log.Warn("the list of landed files was restored", "files", len(files))
	return nil
}

// known is what the warehouse knows of landed files, or the newest snapshot that is whole; nothing where neither can be read.
func (r *repairing) known(ctx context.Context) (map[int64]loadedFile, error) {
	k := &checking{Config: r.Config}
	if k.Zone == nil {
		k.Zone = time.UTC
	}
	paths := []string{filepath.Join(r.Dir, warehouseName)}
	for _, number := range slices.Backward(publish.Numbers(r.Dir)) {
		if g, err := publish.Read(r.Dir, number); err == nil && publish.Verify(ctx, r.Dir, g) == nil {
			paths = append(paths, g.Path)
		}
	}
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			continue
		}
		var loaded map[int64]loadedFile
		err := k.reading(ctx, path, func(q pipelines.Querier) (err error) {
			loaded, err = k.loadedFiles(ctx, q)
			return err
		})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil && loaded != nil {
			return loaded, nil
		}
	}
	return nil, nil
}

// restored puts the files together as the manifest must name them.
func (r *repairing) restored(ctx context.Context, inventory land.Inventory, loaded map[int64]loadedFile) ([]land.File, error) {
	last := int64(len(inventory.Lines))
	for no := range loaded {
		last = max(last, no)
	}
	files := make([]land.File, last)
	timed := agreeing(inventory.Lines, loaded)
	named := map[string]bool{}
	for i := range files {
		no := int64(i) + 1
		known, isLoaded := loaded[no]
		var line land.Line
		if i < len(inventory.Lines) {
			line = inventory.Lines[i]
		} else {
			line.Err = errors.New("it is gone")
		}
		switch {
		case line.Err == nil && (!isLoaded || !differs(line.File, known.File) && (!timed || sameTimes(line.File, known.File))):
			files[i] = line.File
		case isLoaded:
			files[i] = known.File
		}
		named[files[i].ID] = true
	}
	unnamed := maps.Clone(inventory.Content)
	maps.DeleteFunc(unnamed, func(id string, _ int64) bool { return named[id] })
	var unknown []int
	for i := range files {
		if files[i].No == 0 && i < len(inventory.Lines) {
			unknown = append(unknown, i)
		}
	}
	for _, i := range unknown {
		only := len(unknown) == 1 && len(unnamed) == 1
		files[i] = r.salvaged(ctx, inventory.Lines[i], unnamed, only)
		delete(unnamed, files[i].ID)
	}
	for len(files) > 0 && files[len(files)-1].No == 0 {
		r.log.Warn("a line of the list of landed files is left out: nothing tells which file it named. It lands again when it comes again", "line", len(files))
		files = files[:len(files)-1]
	}
	for i, f := range files {
		if f.No == 0 {
			return nil, &pipelines.Fault{Op: "restore the list of landed files", At: fmt.Sprintf("%s, line %d", land.Manifest(filepath.Join(r.Dir, landedName)), i+1),
				Err: pipelines.Errorf("%w: nothing tells which file it named, and later lines are whole", pipelines.ErrDamaged), Next: "put back the file from a backup"}
		}
	}
	return files, nil
}

var (
	idField     = regexp.MustCompile(`"id":"([^"]{64})`)
	nameField   = regexp.MustCompile(`"name":"([^"\\]+)"`)
	originField = regexp.MustCompile(`"origin":"([^"\\]+)"`)
)

// near is in how many of its 64 digits the id of a damaged line may differ from the one it had.
const near = 4

// salvaged is the file of a damaged line that was not loaded: content that no line names, whose id is almost the one that can be
// read, or which is the only one. The zero one where there is none.
func (r *repairing) salvaged(ctx context.Context, line land.Line, unnamed map[string]int64, only bool) land.File {
	text := string(line.Text)
	field := func(pattern *regexp.Regexp) string {
		if found := pattern.FindStringSubmatch(text); found != nil {
			return source.Readable(found[1])
		}
		return ""
	}
	id, distance := "", near+1
	for candidate := range unnamed {
		if d := differences(field(idField), candidate); d < distance || only {
			id, distance = candidate, d
		}
	}
	if id == "" {
		return land.File{}
	}
	path, err := land.Verified(ctx, filepath.Join(r.Dir, landedName), id)
	if err != nil {
		return land.File{}
	}
	f := land.File{No: line.No, ID: id, Name: field(nameField), Origin: field(originField), Size: unnamed[id]}
	var read land.File // of a line that is still JSON, and only not what was sealed
	if json.Unmarshal(line.Text, &read) == nil {
		f.ReceivedAt, f.LandedAt = read.ReceivedAt, read.LandedAt
	}
	if info, err := os.Stat(path); err == nil && (f.LandedAt.IsZero() || f.ReceivedAt.IsZero()) {
		f.ReceivedAt, f.LandedAt = info.ModTime().UTC(), info.ModTime().UTC()
	}
	if entered := land.NameOfTwin(filepath.Join(r.Dir, landedName), id); entered != "" {
		f.Name, f.Origin = entered, pipelines.OriginEntered
	}
	if f.Name == "" {
		f.Name = id[:8]
	}
	r.log.Warn("a line of the list of landed files was put together from what can be read of it", "no", f.No, "file", f.Name)
	return f
}

// differences counts the places in which two texts of one length differ; more than near where their lengths do.
func differences(a, b string) (n int) {
	if len(a) != len(b) {
		return near + 1
	}
	for i := range len(a) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}
