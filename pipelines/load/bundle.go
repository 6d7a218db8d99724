package load

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hulian/pipelines"
)

func openZip(file *os.File, size int64) (*zip.Reader, error) {
	archive, err := zip.NewReader(io.NewSectionReader(file, 0, size), size)
	if errors.Is(err, zip.ErrFormat) { // the directory stands at the end: without it the end is missing
		return nil, reject(pipelines.FileTruncated, "zip")
	}
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are labels here, never paths to write to
		return nil, reject(pipelines.FileUnreadable, err.Error())
	}
	return archive, nil
}

// detectZip tells a workbook from other documents that are zip files, and both from a bundle of files.
func detectZip(file *os.File, size int64) (format, error) {
	archive, err := openZip(file, size)
	if err != nil {
		return 0, err
	}
	document := false
	for _, member := range archive.File {
		name := strings.ToLower(strings.ReplaceAll(member.Name, `\`, "/"))
		switch {
		case name == "xl/workbook.xml":
			return formatWorkbook, nil
		case name == "xl/workbook.bin":
			return 0, reject(pipelines.FileUnsupported, "XLSB")
		case strings.HasPrefix(name, "word/"), strings.HasPrefix(name, "ppt/"), name == "content.xml", name == "mimetype":
			document = true
		}
	}
	if document {
		return 0, reject(pipelines.FileUnsupported, "Word/PowerPoint/OpenDocument")
	}
	return formatBundle, nil
}

// memberName gives the name of a bundle's member. Windows writes it in the system's code page, without saying so.
func memberName(member *zip.File) string {
	if member.NonUTF8 || !utf8.ValidString(member.Name) {
		if name, err := simplifiedchinese.GB18030.NewDecoder().String(member.Name); err == nil {
			return name
		}
	}
	return member.Name
}

// unpack is a budget of unpacked bytes shared by a file and everything inside it.
type unpack struct {
	packed, unpacked int64
	limits           Limits
}

func (u *unpack) take(n int) error {
	u.unpacked += int64(n)
	if u.unpacked > u.limits.Bytes || u.unpacked > 64<<20 && u.unpacked > u.limits.Ratio*u.packed {
		return reject(pipelines.FileTooLarge, fmt.Sprintf(" (> %d MB)", u.unpacked>>20))
	}
	return nil
}

// copyMember unpacks one member to the writer, checks its sum, and refuses to exceed the budget.
func (u *unpack) copyMember(to io.Writer, member *zip.File) error {
	if member.Flags&1 != 0 {
		return reject(pipelines.FileEncrypted, "")
	}
	reader, err := member.Open()
	if err != nil {
		return reject(pipelines.FileUnreadable, err.Error())
	}
	defer reader.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := reader.Read(buffer)
		if limit := u.take(n); limit != nil {
			return limit
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return err
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return reject(pipelines.FileUnreadable, err.Error())
		}
	}
}

// decodeBundle decodes every member of a zip file. A member that cannot be read is a problem of its own: the others
// are not affected.
func (d *decoder) decodeBundle(ctx context.Context, file *os.File, size int64, label string, depth int) error {
	if depth >= d.limits.Depth {
		return reject(pipelines.FileTooLarge, fmt.Sprintf(" (%d × zip)", depth+1))
	}
	archive, err := openZip(file, size)
	if err != nil {
		return err
	}
	var members []*zip.File
	for _, member := range archive.File {
		base := path.Base(strings.ReplaceAll(memberName(member), `\`, "/"))
		if member.FileInfo().IsDir() || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "~$") || strings.HasPrefix(member.Name, "__MACOSX/") {
			continue
		}
		members = append(members, member)
	}
	if len(members) == 0 {
		return reject(pipelines.FileEmpty, "zip")
	}
	if len(members) > d.limits.Members {
		return reject(pipelines.FileTooLarge, fmt.Sprintf(" (%d)", len(members)))
	}
	slices.SortStableFunc(members, func(a, b *zip.File) int { return strings.Compare(memberName(a), memberName(b)) })
	for _, member := range members {
		name := path.Join(label, memberName(member))
		if err := d.decodeMember(ctx, member, name, depth); err != nil {
			var whole *fileError
			if !errors.As(err, &whole) {
				return err
			}
			if whole.code == pipelines.FileTooLarge { // the budget is the bundle's
				return err
			}
			d.visit.problem(name, whole.code, whole.detail)
		}
	}
	return nil
}

func (d *decoder) decodeMember(ctx context.Context, member *zip.File, name string, depth int) error {
	aside, err := os.CreateTemp("", "hulian-member-*")
	if err != nil {
		return err
	}
	defer os.Remove(aside.Name())
	defer aside.Close()
	if err := d.budget.copyMember(aside, member); err != nil {
		return err
	}
	return d.decodeFile(ctx, aside, name, depth+1)
}

// tail keeps the last bytes written to it.
type tail struct{ last []byte }

func (t *tail) Write(p []byte) (int, error) {
	const keep = 1 << 10
	if len(p) >= keep {
		t.last = append(t.last[:0], p[len(p)-keep:]...)
		return len(p), nil
	}
	t.last = append(t.last, p...)
	if len(t.last) > keep {
		t.last = append(t.last[:0], t.last[len(t.last)-keep:]...)
	}
	return len(p), nil
}

func (t *tail) contains(s string) bool { return bytes.Contains(t.last, []byte(s)) }
