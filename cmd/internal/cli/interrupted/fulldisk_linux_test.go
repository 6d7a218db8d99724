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
	"hulian/data/trials"
)

// TestAFullDisk runs a town on a small disk that is full but for some room, so that the run fails where it lands, loads,
// models or publishes. It says so and fails; what people see stays and can be asked for; with space again it goes on
// where it stopped. An ordinary run tries the least room and the most.
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
	before, _ := clitest.Seen(t, first)
	after, _ := clitest.Seen(t, want)
	for _, room := range []int64{0, 256 << 10, 2 << 20, 8 << 20} {
		if room != 0 && room != 8<<20 && !trials.All() {
			continue
		}
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
			if hash, _ := clitest.Seen(t, town); hash != before {
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
			if hash, _ := clitest.Seen(t, town); hash != after {
				t.Error("with space again the run ends elsewhere than an undisturbed one")
			}
			clitest.Litter(t, town)
		})
	}
}

// TestAnUploadOutlivesAFullDisk hands a file in while there is room for it and none for a run. The page says that it is kept; once
// there is space it comes in, with the next run that goes well.
func TestAnUploadOutlivesAFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("makes several runs")
	}
	from := clitest.VillagesTown(t)
	disk := smallDisk(t, 128<<20)
	town, ballast := filepath.Join(disk, "town"), filepath.Join(disk, "ballast")
	clitest.Copied(t, from, town)
	clitest.Kept(t, filepath.Join(town, "hulian.yaml"), []byte("pipelines:\n  - {name: own, cron: off, sources: [inbox]}\n"))
	s := clitest.Serve(t, town)
	fill(t, disk, ballast, 64<<10)
	page := s.Send(t, "villages.csv", clitest.VillageList(5))
	s.Says(t, page, "文件已保存，会再试", ">没有收下<")
	if says := s.Get(t, page); !strings.Contains(says, "磁盘已满") {
		t.Errorf("the page does not say why:\n%s", says)
	}
	if left := clitest.Boxes(t, town); len(left) != 1 {
		t.Fatalf("the upload is not kept: %v", left)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	s.Do(t, "own", "run")
	s.Says(t, page, "全部收下", ">没有收下<")
	if got := clitest.VillagesOf(t, town); got != "5" || len(clitest.Boxes(t, town)) != 0 {
		t.Errorf("%s villages, boxes %v", got, clitest.Boxes(t, town))
	}
	clitest.Landed(t, town)
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
