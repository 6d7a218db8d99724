package interrupted

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"hulian/cmd/internal/cli/clitest"
)

// TestAFullDisk runs a town on a small disk that is full but for some room, so that the run fails where it lands, loads,
// models or publishes. It says so and fails; what people see stays and can be asked for; with space again it goes on
// where it stopped.
func TestAFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("makes several runs")
	}
	first, more := clitest.TwoMonths(t)
	want := filepath.Join(t.TempDir(), "undisturbed")
	clitest.Copied(t, first, want)
	clitest.Copied(t, more, filepath.Join(want, "inbox"))
	if status, out, stderr := clitest.Process(t, "run", "--dir", want); status != clitest.Done {
		t.Fatalf("status %d\n%s%s", status, out, stderr)
	}
	before, _ := seen(t, first)
	after, _ := seen(t, want)
	for _, room := range []int64{0, 256 << 10, 2 << 20, 8 << 20} {
		t.Run(fmt.Sprintf("%d KB left", room>>10), func(t *testing.T) {
			disk := smallDisk(t, 128<<20)
			town, ballast := filepath.Join(disk, "town"), filepath.Join(disk, "ballast")
			clitest.Copied(t, first, town)
			clitest.Copied(t, more, filepath.Join(town, "inbox"))
			fill(t, disk, ballast, room)
			status, out, stderr := clitest.Process(t, "run", "--dir", town)
			if status != clitest.Failed || !strings.Contains(stderr, "the disk is full") || !strings.Contains(stderr, "Try: free some space") {
				t.Errorf("status %d\n%s%s", status, out, stderr)
			}
			if hash, _ := seen(t, town); hash != before {
				t.Error("people see other numbers than before the run that failed")
			}
			clitest.Landed(t, town)
			if status, out, stderr := clitest.Process(t, "query", "--dir", town, "select count(*) as n from measures"); status != clitest.Done {
				t.Errorf("a question beside a full disk: status %d\n%s%s", status, out, stderr)
			}
			if status, _, stderr := clitest.Process(t, "status", "--dir", town); status != clitest.Done {
				t.Errorf("status beside a full disk: status %d\n%s", status, stderr)
			}
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			if status, out, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done {
				t.Fatalf("with space again: status %d\n%s%s", status, out, stderr)
			}
			if hash, _ := seen(t, town); hash != after {
				t.Error("with space again the run ends elsewhere than an undisturbed one")
			}
			clitest.Litter(t, town)
		})
	}
}

// smallDisk mounts a disk in memory, which takes root.
func smallDisk(t *testing.T, bytes int64) string {
	t.Helper()
	at := t.TempDir()
	if err := syscall.Mount("none", at, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		t.Skipf("a disk of its own cannot be mounted: %v; run the test as root", err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(at, 0); err != nil {
			t.Error(err)
		}
	})
	return at
}

// fill takes all the space of a disk but some room.
func fill(t *testing.T, disk, ballast string, room int64) {
	t.Helper()
	var free syscall.Statfs_t
	if err := syscall.Statfs(disk, &free); err != nil {
		t.Fatal(err)
	}
	size := int64(free.Bavail)*free.Bsize - room
	if size < 0 {
		t.Fatalf("the disk is too small for the town: %d bytes are missing", -size)
	}
	file, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	defer clitest.MustClose(t, file)
	block := make([]byte, 1<<20)
	for size > 0 {
		n, err := file.Write(block[:min(size, int64(len(block)))])
		if err != nil {
			t.Fatal(err)
		}
		size -= int64(n)
	}
}
