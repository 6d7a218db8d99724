package secret

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadFromEnvironmentAndFile(t *testing.T) {
	t.Setenv("GRID_TOKEN", "s3cr et&")
	at := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(at, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for reference, want := range map[Reference]string{"env:GRID_TOKEN": "s3cr et&", Reference("file:" + at): "from a file", "": ""} {
		v, err := reference.Read()
		if err != nil || v.Reveal() != want {
			t.Errorf("%s: %q, %v; want %q", reference, v.Reveal(), err, want)
		}
	}
}

func TestASecretInTheFileIsRefusedAndNotRepeated(t *testing.T) {
	for _, reference := range []Reference{"hunter2", "env:", "file:hunter2", "env:hun ter2", "vault:hunter2", "file:"} {
		_, err := reference.Read()
		if err == nil || strings.Contains(err.Error(), "hun") {
			t.Errorf("%s: %v", reference, err)
		}
	}
	at := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(at, make([]byte, largest+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for reference, says := range map[Reference]string{
		"env:NOT_SET_ANYWHERE": "NOT_SET_ANYWHERE", "file:/does/not/exist": "/does/not/exist", Reference("file:" + at): "too large",
	} {
		if _, err := reference.Read(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v does not say %s", reference, err, says)
		}
	}
}

func TestAValueNeverPrints(t *testing.T) {
	v := Value{"hunter2"}
	encoded, err := json.Marshal(map[string]any{"v": v, "p": &v})
	if err != nil {
		t.Fatal(err)
	}
	holder := struct{ Password Value }{v}
	for _, text := range []string{
		fmt.Sprint(v), fmt.Sprintf("%s %v %+v %#v %q %x %d", v, v, v, v, v, v, v), fmt.Sprintf("%v %+v", holder, &holder), string(encoded),
	} {
		if strings.Contains(text, "hunter2") || strings.Contains(text, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("printed: %s", text)
		}
	}
}

func TestRedactKeepsTheCauseAndHidesTheText(t *testing.T) {
	v := Value{"s3cr et&\""}
	cause := &url.Error{Op: "Get", URL: "https://town/?key=" + url.QueryEscape(v.Reveal()), Err: context.Canceled}
	err := Redact(fmt.Errorf("%q: %w", v.Reveal(), cause), v, Value{})
	if strings.Contains(err.Error(), "s3cr") || !strings.Contains(err.Error(), "https://town/") {
		t.Errorf("%v", err)
	}
	var as *url.Error
	if !errors.Is(err, context.Canceled) || !errors.As(err, &as) {
		t.Error("the cause is lost")
	}
	if plain := errors.New("plain"); !errors.Is(Redact(plain, v), plain) || Redact(nil, v) != nil {
		t.Error("an error without the secret is not itself")
	}
}
