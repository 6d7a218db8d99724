package decode

import (
	"bytes"
	"io"
	"os"
	"strings"

	"github.com/richardlehane/mscfb"

	"hulian/pipelines"
)

// format is what a file is, told from its content. Names lie: clerks rename .xls to .xlsx and send zip files as .csv.
type format int

const (
	formatText format = iota // CSV, JSON or NDJSON in any encoding
	formatWorkbook
	formatBundle
	formatParquet
	formatArrow
)

// IsPlainWorkbook reports whether a file is a workbook of a spreadsheet program, whatever its name, whose parts lie where
// Excel puts them. The library that writes into workbooks finds the others by their names, and loses what it adds to them.
func IsPlainWorkbook(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close() //nolint:errcheck // it was only read
	info, err := file.Stat()
	if err != nil {
		return false
	}
	if kind, err := detect(file, info.Size()); err != nil || kind != formatWorkbook {
		return false
	}
	archive, err := openZip(file, info.Size())
	if err != nil {
		return false
	}
	book := workbook{container: newContainer(archive)}
	d := &decoder{Options: Options{Limits: DefaultLimits()}, file: &File{}}
	d.budget = &unpack{packed: info.Size(), limits: d.Limits}
	if d.openWorkbook(&book) != nil {
		return false
	}
	if main, ok := book.parts["xl/workbook.xml"]; !ok || main.Name != "xl/workbook.xml" || book.document() != "xl/workbook.xml" {
		return false
	}
	for _, sheet := range book.sheets {
		if !strings.HasPrefix(sheet.part.Name, "xl/worksheets/") || !sheet.named {
			return false
		}
	}
	return true
}

var signatures = []struct {
	magic string
	name  string
}{
	{"%PDF", "PDF"}, {"\x89PNG", "PNG"}, {"\xff\xd8\xff", "JPEG"}, {"GIF8", "GIF"}, {"Rar!", "RAR"}, {"7z\xbc\xaf", "7z"},
	{"\x1f\x8b", "gzip"}, {"\x7fELF", "ELF"}, {"MZ", "EXE"}, {"SQLite format 3", "SQLite"}, {"{\\rtf", "RTF"}, {"BM", "BMP"},
	{"\xfd7zXZ", "xz"}, {"(\xb5/\xfd", "zstd"}, {"II*\x00", "TIFF"}, {"ORC", "ORC"}, {"Obj\x01", "Avro"},
}

// detect tells the format of the file from its first bytes, and refuses what is no table.
func detect(file *os.File, size int64) (format, error) {
	head := make([]byte, 4096)
	n, err := io.ReadFull(io.NewSectionReader(file, 0, size), head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return 0, Refuse(pipelines.FileUnreadable, Because(err))
	}
	head = head[:n]
	switch {
	case size == 0:
		return 0, Refuse(pipelines.FileEmpty, Format("0 B"))
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return detectZip(file, size)
	case bytes.HasPrefix(head, []byte("PAR1")):
		return formatParquet, detectParquet(file, size)
	case bytes.HasPrefix(head, []byte("ARROW1")), bytes.HasPrefix(head, []byte("\xff\xff\xff\xff")) && n > 8 && head[7] == 0:
		return formatArrow, nil
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return 0, detectCompound(file, size)
	case oldSheet(head):
		return 0, Refuse(pipelines.FileOldExcel, Format("BIFF"))
	}
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.magic)) && looksBinary(head) {
			return 0, Refuse(pipelines.FileUnsupported, Format(s.name))
		}
	}
	if markup := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")); len(markup) > 0 && markup[0] == '<' {
		return 0, Refuse(pipelines.FileUnsupported, Format("HTML/XML"))
	}
	return formatText, nil
}

// oldSheet tells a bare BIFF2–BIFF8 stream, written by very old programs without the compound file around it.
func oldSheet(head []byte) bool {
	return len(head) > 4 && head[0] == 9 && (head[1] == 0 || head[1] == 2 || head[1] == 4 || head[1] == 8) && head[3] == 0 && (head[2] == 4 || head[2] == 6 || head[2] == 8 || head[2] == 16)
}

// looksBinary reports bytes that no text of any supported encoding holds: other control characters than white space.
// UTF-16 is told by its pairing of zero bytes. A few zero bytes stand in texts that a system filled up or cut.
func looksBinary(head []byte) bool {
	if _, ok := utf16Of(head); ok {
		return false
	}
	control := 0
	for _, b := range head {
		if b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1a {
			control++
		}
	}
	return control*50 > len(head)
}

func detectParquet(file *os.File, size int64) error {
	tail := make([]byte, 4)
	if _, err := file.ReadAt(tail, size-4); size < 12 || err != nil || string(tail) != "PAR1" {
		return Refuse(pipelines.FileTruncated, pipelines.Detail{})
	}
	return nil
}

// detectCompound tells apart the files that share the compound file format: an encrypted workbook, an old workbook
// and everything else.
func detectCompound(file *os.File, size int64) error {
	reader, err := mscfb.New(io.NewSectionReader(file, 0, size))
	if err != nil {
		return Refuse(pipelines.FileUnreadable, Because(err))
	}
	for entry, err := reader.Next(); err == nil; entry, err = reader.Next() {
		switch entry.Name {
		case "EncryptedPackage", "EncryptionInfo", "DRMContent":
			return Refuse(pipelines.FileEncrypted, pipelines.Detail{})
		case "Workbook", "Book":
			return Refuse(pipelines.FileOldExcel, Format("BIFF"))
		case "WordDocument":
			return Refuse(pipelines.FileUnsupported, Format("Word"))
		case "PowerPoint Document":
			return Refuse(pipelines.FileUnsupported, Format("PowerPoint"))
		}
	}
	return Refuse(pipelines.FileUnsupported, Format("OLE"))
}
