package decode

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hulian/pipelines"
	"hulian/pipelines/source"
)

func openZip(file *os.File, size int64) (*zip.Reader, error) {
	archive, err := zip.NewReader(io.NewSectionReader(file, 0, size), size)
	if errors.Is(err, zip.ErrFormat) { // the directory stands at the end: without it the end is missing
		return nil, Refuse(pipelines.FileTruncated, pipelines.Detail{})
	}
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are labels here, never paths to write to
		return nil, Refuse(pipelines.FileUnreadable, Because(err))
	}
	return archive, nil
}

// detectZip tells a workbook from other documents that are zip files, and both from a bundle of files.
func detectZip(file *os.File, size int64) (format, error) {
	archive, err := openZip(file, size)
	if err != nil {
		return 0, err
	}
	c := newContainer(archive)
	if main := c.document(); main != "" {
		return c.documentFormat(main)
	}
	if _, ok := c.parts["xl/workbook.xml"]; ok {
		return formatWorkbook, nil
	}
	if _, ok := c.parts["mimetype"]; ok {
		return 0, Refuse(pipelines.FileUnsupported, Format("OpenDocument"))
	}
	if _, ok := c.parts["[content_types].xml"]; ok {
		return 0, Refuse(pipelines.FileUnsupported, Format("Office"))
	}
	return formatBundle, nil
}

// errBudget marks the refusal of a file that unpacks to too much.
var errBudget = errors.New("unpacks to too much")

// memberName gives the name of a bundle's member. Windows writes it in the system's code page, without saying so; other
// programs write UTF-8, and do not say so either. Bytes that are UTF-8 are no GBK but by a rare chance.
func memberName(member *zip.File) string {
	if utf8.ValidString(member.Name) {
		return member.Name
	}
	if name, err := simplifiedchinese.GB18030.NewDecoder().String(member.Name); err == nil {
		return name
	}
	return strings.ToValidUTF8(member.Name, "\ufffd")
}

// unpack is a budget of unpacked bytes shared by a file and everything inside it.
type unpack struct {
	packed, unpacked int64
	limits           Limits
}

func (u *unpack) take(n int) error {
	u.unpacked += int64(n)
	if u.unpacked > u.limits.Bytes || u.unpacked > 64<<20 && u.unpacked > u.limits.Ratio*u.packed {
		return errors.Join(errBudget, Refuse(pipelines.FileTooLarge, pipelines.NewDetail(pipelines.DetailMegabytes, u.unpacked>>20)))
	}
	return nil
}

// copyMember unpacks one member to the writer, checks its sum, and refuses to exceed the budget.
func (u *unpack) copyMember(to io.Writer, member *zip.File) error {
	if member.Flags&1 != 0 {
		return Refuse(pipelines.FileEncrypted, pipelines.Detail{})
	}
	reader, err := member.Open()
	if err != nil {
		return Refuse(pipelines.FileUnreadable, Because(err))
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
			return Refuse(pipelines.FileUnreadable, Because(err))
		}
	}
}

// mostBombs is how many members of a bundle may unpack to too much before it is refused whole.
const mostBombs = 3

// junk are members that programs put into bundles beside what a person meant to send, and that no source knows.
var junk = []string{"ehthumbs.db", "icon\r"}

// sent reports whether a member of a bundle is something a person meant to send.
func sent(member *zip.File) bool {
	name := strings.ReplaceAll(memberName(member), `\`, "/")
	base := path.Base(name)
	return !member.FileInfo().IsDir() && !strings.HasSuffix(name, "/") && !source.PassedOver(base) &&
		!strings.HasPrefix(name, "__MACOSX/") && !slices.Contains(junk, strings.ToLower(base))
}

// decodeBundle reads every member of a zip file. A member that cannot be read is a problem of its own: the others
// are not affected.
func (d *decoder) decodeBundle(ctx context.Context, file *os.File, size int64, label string, depth int) error {
	if depth >= d.Limits.Depth {
		return Refuse(pipelines.FileTooLarge, pipelines.NewDetail(pipelines.DetailNested, depth+1))
	}
	archive, err := openZip(file, size)
	if err != nil {
		return err
	}
	var members []*zip.File
	for _, member := range archive.File {
		if sent(member) {
			members = append(members, member)
		}
	}
	if len(members) == 0 {
		return Refuse(pipelines.FileEmpty, Format("zip"))
	}
	if len(members) > d.Limits.Members {
		return Refuse(pipelines.FileTooLarge, pipelines.NewDetail(pipelines.DetailMembers, len(members)))
	}
	slices.SortStableFunc(members, func(a, b *zip.File) int { return strings.Compare(memberName(a), memberName(b)) })
	for _, member := range members {
		name := path.Join(label, strings.ReplaceAll(memberName(member), `\`, "/"))
		tables, unpacked := len(d.file.Tables), d.budget.unpacked
		if err := d.decodeMember(ctx, member, name, depth); err != nil {
			var part *Error
			if !errors.As(err, &part) {
				return err
			}
			if errors.Is(err, errBudget) { // the budget is the bundle's: one member that exceeds it does not spoil the rest
				if d.bombs++; d.bombs > mostBombs || depth > 0 {
					return err
				}
				d.budget.unpacked = unpacked
			}
			d.file.Tables = d.file.Tables[:tables] // as of a whole file, half of a member counts for nothing
			d.file.Unread = append(d.file.Unread, Unread{Table: name, Err: part})
		}
	}
	return nil
}

func (d *decoder) decodeMember(ctx context.Context, member *zip.File, name string, depth int) (err error) {
	aside, err := d.aside()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, aside.Close()) }()
	if err := d.budget.copyMember(aside, member); err != nil {
		return err
	}
	return d.decode(ctx, aside, name, depth+1)
}
