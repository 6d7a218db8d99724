package trail

import (
	"context"
	"errors"
	"strings"
)

// FileObject is the object of an upload: the name of a file and its SHA-256.
func FileObject(name, id string) string { return name + " (" + id + ")" }

// HandedIn lists the files that an account has handed in, by their SHA-256.
func (b *Book) HandedIn(ctx context.Context, account string) (files map[string]bool, err error) {
	files = map[string]bool{}
	rows, err := b.db.QueryContext(ctx, "select object from trail where account = ? and action = ?", account, Uploaded)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var object string
		if err := rows.Scan(&object); err != nil {
			return nil, err
		}
		// A name may hold anything, another hash too: what counts stands behind the last bracket.
		if at := strings.LastIndex(object, " ("); at >= 0 {
			files[strings.TrimSuffix(object[at+2:], ")")] = true
		}
	}
	return files, rows.Err()
}
