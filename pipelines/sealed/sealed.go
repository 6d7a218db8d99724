package sealed

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

// ErrBroken says that a document is not what was sealed.
var ErrBroken = errors.New("its content does not have the hash it was written with")

// seal is the last field of a sealed object, which begins at its last comma. The hash covers what stands before it.
var seal = regexp.MustCompile(`^,\s*"sha256": ?"([0-9a-f]{64})"\s*\}\s*$`)

// Line gives v as one line of JSON with its seal, without the line's end.
func Line(v any) ([]byte, error) {
	content, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return sealUp(content, `,"sha256":"%s"}`)
}

// Document gives v as indented JSON with its seal and a line's end.
func Document(v any) ([]byte, error) {
	content, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	return sealUp(content, ",\n  \"sha256\": \"%s\"\n}\n")
}

// sealUp puts the seal in the place of the brace that ends an object.
func sealUp(content []byte, form string) ([]byte, error) {
	body, isObject := bytes.CutSuffix(content, []byte("}"))
	body = bytes.TrimRight(body, " \n")
	if !isObject || len(body) < 2 {
		return nil, errors.New("only an object with fields can be sealed")
	}
	return fmt.Appendf(body, form, sum(body)), nil
}

// Read decodes a line or document into v. sealed is false of one that carries no seal: then only its form was checked.
// The error wraps ErrBroken where the seal does not fit.
func Read(content []byte, v any) (sealed bool, err error) {
	if comma := bytes.LastIndexByte(content, ','); comma >= 0 {
		if found := seal.FindSubmatch(content[comma:]); found != nil {
			sealed = true
			if sum(content[:comma]) != string(found[1]) {
				return true, ErrBroken
			}
		}
	}
	return sealed, json.Unmarshal(content, v)
}

func sum(content []byte) string {
	hash := sha256.Sum256(content)
	return hex.EncodeToString(hash[:])
}
