package load

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"hulian/pipelines"
)

func looksLikeJSON(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n")
	if strings.HasPrefix(text, "{") {
		rest := strings.TrimLeft(text[1:], " \t\r\n")
		return strings.HasPrefix(rest, `"`) || strings.HasPrefix(rest, "}")
	}
	if strings.HasPrefix(text, "[") {
		rest := strings.TrimLeft(text[1:], " \t\r\n")
		return strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, "]")
	}
	return false
}

// decodeJSON reads an array of objects, an object that holds one such array, or one object a line. Rows are numbered
// by their place in the array, or by the line. Two passes: the first collects the names of all members, because
// objects leave out what is empty.
func (d *decoder) decodeJSON(ctx context.Context, fresh func() *bufio.Reader, s sheet) error {
	var names []string
	place := map[string]int{}
	count := int64(0)
	err := objects(ctx, fresh(), d.limits, func(_ int64, object map[string]json.RawMessage, _ error) error {
		count++
		known := len(names)
		for name := range object {
			if _, ok := place[name]; !ok {
				place[name] = 0
				names = append(names, name)
			}
		}
		slices.Sort(names[known:]) // maps have no order; the pages must
		for i := known; i < len(names); i++ {
			place[names[i]] = i
		}
		if len(names) > d.limits.Columns {
			return reject(pipelines.FileTooWide, fmt.Sprintf(" (> %d)", d.limits.Columns))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if count == 0 || len(names) == 0 {
		return reject(pipelines.FileEmpty, "JSON")
	}
	s.headed = true
	sink, err := d.visit.open(s)
	if err != nil || sink == nil {
		return err
	}
	if err := sink.row(0, names); err != nil {
		return err
	}
	cells := make([]string, len(names))
	err = objects(ctx, fresh(), d.limits, func(no int64, object map[string]json.RawMessage, broken error) error {
		clear(cells)
		if broken != nil {
			return sink.row(no, append(cells, "JSON: "+broken.Error())) // a cell without a header: see table.flaw
		}
		for name, value := range object {
			cells[place[name]] = plainJSON(value)
		}
		return sink.row(no, cells)
	})
	if err != nil {
		return err
	}
	return sink.end()
}

// plainJSON gives a value as the text a cell would hold.
func plainJSON(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	if raw[0] == '"' {
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return s
		}
	}
	return string(raw)
}

// objects calls each with every object of the text. broken tells a line of NDJSON that cannot be read.
func objects(ctx context.Context, r *bufio.Reader, limits Limits, each func(no int64, object map[string]json.RawMessage, broken error) error) error {
	line, err := firstLine(r, limits)
	if err != nil {
		return err
	}
	var first map[string]json.RawMessage
	if json.Unmarshal(line, &first) == nil && !wrapsArray(first) {
		return objectLines(ctx, io.MultiReader(bytes.NewReader(line), r), limits, each)
	}
	return objectArray(ctx, io.MultiReader(bytes.NewReader(line), r), each)
}

// firstLine reads up to the end of the first line that holds anything, or as much of it as a cell may hold.
func firstLine(r *bufio.Reader, limits Limits) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if err == io.EOF || err == nil && len(bytes.TrimSpace(line)) > 0 || len(line) > limits.Cell {
			return line, nil
		}
		if err != nil && err != bufio.ErrBufferFull {
			return nil, reject(pipelines.FileUnreadable, err.Error())
		}
	}
}

// wrapsArray tells {"code":0,"data":[{…},{…}]} from a row whose cell happens to be a list.
func wrapsArray(object map[string]json.RawMessage) bool {
	for _, value := range object {
		if value = bytes.TrimSpace(value); len(value) > 1 && value[0] == '[' {
			if inner := bytes.TrimSpace(value[1:]); inner[0] == '{' {
				return true
			}
		}
	}
	return false
}

func objectLines(ctx context.Context, r io.Reader, limits Limits, each func(int64, map[string]json.RawMessage, error) error) error {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 64<<10), 4*limits.Cell)
	broken, whole := 0, 0
	for no := int64(1); scanner.Scan(); no++ {
		if no%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line := bytes.TrimSpace(scanner.Bytes())
		if len(line) == 0 {
			continue
		}
		var object map[string]json.RawMessage
		err := json.Unmarshal(line, &object)
		if err != nil {
			if broken++; broken > 100 && broken > whole {
				return reject(pipelines.FileUnreadable, fmt.Sprintf("JSON, %d: %v", no, err))
			}
		} else {
			whole++
		}
		if err := each(no, object, err); err != nil {
			return err
		}
	}
	if err := scanner.Err(); err != nil {
		return reject(pipelines.FileUnreadable, err.Error())
	}
	return nil
}

// objectArray streams the elements of the first array of objects in the document.
func objectArray(ctx context.Context, r io.Reader, each func(int64, map[string]json.RawMessage, error) error) error {
	decoder := json.NewDecoder(r)
	depth := 0
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return reject(pipelines.FileUnsupported, "JSON")
		}
		if err != nil {
			return jsonFault(err)
		}
		if token == json.Delim('[') {
			break
		}
		if token == json.Delim('{') {
			if depth++; depth > 3 {
				return reject(pipelines.FileUnsupported, "JSON")
			}
		}
	}
	for no := int64(1); decoder.More(); no++ {
		if no%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var element json.RawMessage
		if err := decoder.Decode(&element); err != nil {
			return jsonFault(err)
		}
		var object map[string]json.RawMessage
		err := json.Unmarshal(element, &object)
		if err := each(no, object, err); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return jsonFault(err)
	}
	return nil
}

func jsonFault(err error) error {
	if err == io.ErrUnexpectedEOF || err == io.EOF {
		return reject(pipelines.FileTruncated, "JSON")
	}
	return reject(pipelines.FileUnreadable, "JSON: "+err.Error())
}
