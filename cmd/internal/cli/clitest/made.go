package clitest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"hulian/data/sample"
)

// Demo is the whole sample town as "hulian demo --headless" leaves it.
func Demo(t testing.TB) (town string) {
	t.Helper()
	return made(t, "demo", func(dir string) { Says(t, Done, "", "demo", "--headless", "--dir", dir) })
}

// TwoMonths is a tenth of the sample town, of which the first month is published; the second waits in the folder more.
func TwoMonths(t testing.TB) (town, more string) {
	t.Helper()
	root := made(t, "months", func(dir string) {
		town, more := filepath.Join(dir, "first"), filepath.Join(dir, "more")
		if _, err := sample.Write(t.Context(), sample.Options{Dir: town, Scale: 0.1, Start: "2017-12"}); err != nil {
			t.Fatal(err)
		}
		months, err := os.ReadDir(filepath.Join(town, "inbox"))
		if err != nil || len(months) != 2 {
			t.Fatalf("%d months, %v", len(months), err)
		}
		last := months[1].Name()
		Copied(t, filepath.Join(town, "inbox", last), filepath.Join(more, last))
		if err := os.RemoveAll(filepath.Join(town, "inbox", last)); err != nil {
			t.Fatal(err)
		}
		Says(t, Done, "", "run", "--dir", town)
	})
	return filepath.Join(root, "first"), filepath.Join(root, "more")
}

// Generations of the town that Month makes: the current one, and the one before.
const (
	Newest = 4
	Before = 3
)

// Month is a tenth of the sample town in one month, with two generations, and with what people have entered: problems waived, a
// row set aside. Its inbox is empty: what landed is all there is.
func Month(t testing.TB) (town string) {
	t.Helper()
	root := made(t, "month", func(dir string) {
		town, more := filepath.Join(dir, "town"), filepath.Join(dir, "more.csv")
		_, err := sample.Write(t.Context(), sample.Options{Dir: town, Scale: 0.1, Start: "2018-01"})
		Must(t, err)
		Write(t, filepath.Join(town, "hulian.yaml"), []byte("keep_generations: 2\n"))
		Says(t, Done, "", "run", "--dir", town)
		Says(t, Done, "2 problems waived", "problems", "waive", "--dir", town, "1", "2", "--by", "王样本", "--reason", "原件已核对")
		Says(t, Done, "set aside", "aside", "--dir", town, "--export", "visits", "--key", "V20180101-00001", "--by", "李样本", "--reason", "误录")
		Write(t, more, []byte("问题编号,反映时间,村编号,问题类别,难易程度,办结时间,标题\nI900001,2018-01-15 09:00,330282111210,环境卫生,容易,,路灯不亮\n"))
		Says(t, Done, "", "import", "--dir", town, more)
		inbox := filepath.Join(town, "inbox")
		Must(t, errors.Join(os.RemoveAll(inbox), os.Mkdir(inbox, 0o700)))
	})
	return filepath.Join(root, "town")
}

// Lists is a town with the lists that visits need: a village, its branch, a member and two households. They were written on the first of
// March 2018 and are published.
func Lists(t testing.TB) (town string) {
	t.Helper()
	return made(t, "lists", func(dir string) {
		Says(t, Done, "", "init", "--dir", dir)
		for name, content := range map[string]string{
			"villages.csv":   "村编号,村名,所属乡镇,试点阶段,启动日期\nV01,福合院村,逍林镇,试点,2017-05-01\n",
			"branches.csv":   "支部编号,村编号,支部名称\nB0101,V01,福合院村第一网格支部\n",
			"members.csv":    "党员编号,支部编号,姓名,联户状态\nM00001,B0101,甲样本,可动员\n",
			"households.csv": "农户编号,村编号,支部编号,户主姓名,家庭人口,联户党员编号\n000101,V01,B0101,户一,4,M00001\n000102,V01,B0101,户二,3,M00001\n",
		} {
			path, at := filepath.Join(dir, "inbox", name), time.Date(2018, 3, 1, 0, 0, 0, 0, time.UTC)
			Write(t, path, []byte(content))
			Must(t, os.Chtimes(path, at, at))
		}
		Says(t, Done, "", "run", "--dir", dir)
	})
}

// OneOfEach is a town with one village, one branch, one member and one household, published. The lists lie in its folder.
func OneOfEach(t testing.TB) (town string) {
	t.Helper()
	return made(t, "one", func(dir string) {
		Says(t, Done, "", "init", "--dir", dir)
		arguments := []string{"import", "--dir", dir}
		for name, content := range map[string]string{
			"村.csv": "村编号,村名,镇,加入日期\nV01,福合院村,逍林镇,2017-05-01\n", "支部.csv": "支部编号,村编号,支部名称\nB01,V01,第一网格\n",
			"党员.csv": "党员编号,支部编号,姓名,履职状态\nM1,B01,张样本,可动员\n", "农户.csv": "农户编号,村编号,支部编号,户主姓名\nH1,V01,B01,李样本\n",
		} {
			path := filepath.Join(dir, name)
			Write(t, path, []byte(content))
			arguments = append(arguments, path)
		}
		Says(t, Done, "", arguments...)
	})
}

// Meetings is a quarter of the sample town in January 2018, and the folder with what February brings. In two villages one branch of two was
// last in the yearly rating of 2017: their talks are due.
func Meetings(t testing.TB) (town, next string) {
	t.Helper()
	root := made(t, "meetings", func(dir string) {
		town, rated := filepath.Join(dir, "town"), filepath.Join(dir, "ratings.csv")
		_, err := sample.Write(t.Context(), sample.Options{Dir: town, Scale: 0.25, Start: "2018-01", Months: 2})
		Must(t, err)
		Must(t, os.Rename(filepath.Join(town, "inbox", "2018-02"), filepath.Join(dir, "next")))
		Says(t, Done, "", "run", "--dir", town)
		rows := "branch_id,period,stars,rank\n"
		for _, b := range Fields(t, "query", "--dir", town, "select branch_id, row_number() over (partition by village_id order by branch_id) as place from branches order by branch_id") {
			rows += b["branch_id"] + ",2017,4," + b["place"] + "\n"
		}
		Write(t, rated, []byte(rows))
		Says(t, Done, "", "import", "--dir", town, rated)
	})
	return filepath.Join(root, "town"), filepath.Join(root, "next")
}

// old is the age from which what other code has made is deleted.
const old = 24 * time.Hour

// made gives a copy of what build puts into a folder. The same code builds it once, whichever test binary comes first;
// others wait for it.
func made(t testing.TB, name string, build func(dir string)) string {
	t.Helper()
	own := filepath.Join(t.TempDir(), name)
	code, err := stateOfTheCode()
	if err != nil {
		t.Logf("the sample town is made for this test alone: %v", err)
		build(own)
		return own
	}
	root := filepath.Join(os.TempDir(), fmt.Sprintf("hulian-tests-%d", os.Getuid()))
	if err := os.MkdirAll(root, 0o700); err != nil {
		t.Fatal(err)
	}
	// One lock for all that goes by this name: it is held while a copy is made too, so that nobody deletes what is copied.
	lock := flock.New(filepath.Join(root, name+".lock"))
	if _, err := lock.TryLockContext(t.Context(), 50*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := lock.Unlock(); err != nil {
			t.Error(err)
		}
	}()
	shared := filepath.Join(root, name+"-"+code)
	whole := shared + ".whole" // is there when the folder is complete, and is as old as its last use
	if _, err := os.Stat(whole); errors.Is(err, os.ErrNotExist) {
		if err := errors.Join(os.RemoveAll(shared), sweep(root, name)); err != nil {
			t.Fatal(err)
		}
		build(shared)
	} else if err != nil {
		t.Fatal(err)
	}
	Write(t, whole, nil)
	Copied(t, shared, own)
	return own
}

// sweep deletes what was made under a name and not used for long. What is unfinished has no mark of its use and goes by its own age.
func sweep(root, name string) error {
	found, err := filepath.Glob(filepath.Join(root, name+"-*"))
	if err != nil {
		return err
	}
	for _, at := range found {
		shared := strings.TrimSuffix(at, ".whole")
		info, err := os.Stat(shared + ".whole")
		if errors.Is(err, os.ErrNotExist) {
			info, err = os.Stat(shared)
		}
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted together with its mark
		}
		if err == nil && time.Since(info.ModTime()) > old {
			err = errors.Join(os.RemoveAll(shared+".whole"), os.RemoveAll(shared))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stateOfTheCode is a hash of the program under test and of this package: of the contents of all packages they are made of, down
// to the standard library, and of the files embedded in them. The Go tool has compiled them for the tests and knows. It is asked once.
var stateOfTheCode = sync.OnceValues(func() (string, error) {
	out, err := exec.CommandContext(context.Background(), "go", "list", "-deps", "-export", "-f", "{{.ImportPath}} {{.BuildID}}", "hulian/cmd/hulian", "hulian/cmd/internal/cli/clitest").Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	sum := sha256.Sum256(out)
	return hex.EncodeToString(sum[:8]), nil
})
