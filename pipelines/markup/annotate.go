package markup

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"hulian/pipelines/load/decode"
)

// divider stands between what this package says of a cell and the comment a person had written there.
const divider = "\n————\n"

// annotate marks a workbook as it stands.
func (c *copying) annotate(ctx context.Context) error {
	var err error
	if c.book, err = excelize.OpenFile(c.path); err != nil {
		return err
	}
	c.book.Path = "" // landed content has no extension, by which the library would choose the format to write
	before, summary, marked := decode.MarkedCopy(c.book)
	if marked {
		// A copy of a copy: the file keeps its first name, and the marks made before go.
		c.origin.Name, c.origin.Sheets = before.Name, before.Sheets
		if c.origin.Partial = before.Partial; c.origin.Sheets == nil {
			c.origin.Sheets = map[string]decode.MarkedSheet{}
		}
		for name, s := range c.origin.Sheets {
			s.Shift = 0 // against the copy it is made from, not the original
			c.origin.Sheets[name] = s
		}
		if err := c.book.DeleteSheet(summary); err != nil {
			return err
		}
	}
	for _, sheet := range c.book.GetSheetList() {
		table := sheet
		if marked {
			table = before.Origin(sheet).Table
		}
		c.sheets[table] = sheet
		if err := ctx.Err(); err != nil {
			return err
		}
		reach, worksheet := c.extentOf(sheet, table)
		if err := c.annotateSheet(sheet, c.cells[table], marked); err != nil {
			return err
		}
		for place := range c.cells[table] {
			reach.cover(place.column, place.row)
		}
		if worksheet {
			if err := c.state(sheet, reach); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *copying) annotateSheet(sheet string, bad map[cell][]Problem, marked bool) error {
	if len(bad) == 0 && !marked {
		return nil
	}
	comments, err := c.book.GetComments(sheet)
	if err != nil {
		return nil // a chart sheet has neither cells nor comments
	}
	theirs := map[string]excelize.Comment{}
	for _, comment := range comments {
		if comment.Author == author {
			if err := c.clear(sheet, comment, theirs); err != nil {
				return err
			}
			continue
		}
		theirs[comment.Cell] = comment
	}
	for i, place := range ordered(bad) {
		problems := bad[place]
		name, err := at(place.column, place.row)
		if err != nil {
			return err
		}
		style, err := c.book.GetCellStyle(sheet, name)
		if err != nil {
			return err
		}
		if style, err = c.filled(style, colour(problems)); err != nil {
			return err
		}
		if err := c.book.SetCellStyle(sheet, name, name, style); err != nil {
			return err
		}
		if i >= commented {
			continue
		}
		text := c.comment(problems)
		if other, ok := theirs[name]; ok {
			text += divider + plain(other)
			if err := c.book.DeleteComment(sheet, name); err != nil {
				return err
			}
		}
		if err := c.note(sheet, name, text); err != nil {
			return err
		}
	}
	return nil
}

// clear takes back what an earlier copy marked, and leaves what a person had written there.
func (c *copying) clear(sheet string, comment excelize.Comment, theirs map[string]excelize.Comment) error {
	if err := c.book.DeleteComment(sheet, comment.Cell); err != nil {
		return err
	}
	if _, text, ok := strings.Cut(plain(comment), divider); ok {
		restored := excelize.Comment{Cell: comment.Cell, Text: text}
		if err := c.book.AddComment(sheet, restored); err != nil {
			return err
		}
		theirs[comment.Cell] = restored
	}
	style, err := c.book.GetCellStyle(sheet, comment.Cell)
	if err != nil {
		return err
	}
	if style, err = c.filled(style, ""); err != nil {
		return err
	}
	return c.book.SetCellStyle(sheet, comment.Cell, comment.Cell, style)
}

// plain is the text of a comment without its formats.
func plain(comment excelize.Comment) string {
	var text strings.Builder
	text.WriteString(comment.Text)
	if comment.Text == "" {
		for _, run := range comment.Paragraph {
			text.WriteString(run.Text)
		}
	}
	return text.String()
}

// ordered lists bad cells by row, then column.
func ordered(bad map[cell][]Problem) []cell {
	var all []cell
	for place := range bad {
		all = append(all, place)
	}
	slices.SortFunc(all, func(a, b cell) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column)) })
	return all
}
