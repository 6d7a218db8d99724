package runner

import (
	"errors"
	"strings"
	"testing"

	"hulian/pipelines"
)

// What the engine says of a full disk reaches the log, not people.
func TestAFullDiskIsToldInWords(t *testing.T) {
	said := errors.New("IO Error: Detached database 'gen_000003', but CHECKPOINT during DETACH failed: No space left on device")
	err := full("town", said)
	if !errors.Is(err, pipelines.ErrDiskFull) || !errors.Is(err, said) || strings.Contains(sentence(err), "DETACH") {
		t.Errorf("told: %v", err)
	}
	if other := errors.New("IO Error: Could not set lock"); !errors.Is(full("town", other), other) || errors.Is(full("town", other), pipelines.ErrDiskFull) {
		t.Error("another error is taken for a full disk")
	}
}
