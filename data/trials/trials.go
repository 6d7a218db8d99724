// Package trials says how often a test tries what it tries at random or with force.
//
// The number of an ordinary run goes in, a fixed sample that a developer waits for; that number comes out, or the one that the
// environment asks for, as .ci/long does. A test that is killed leaves nothing of this package behind: it has no state. It
// refuses numbers it cannot read, because a misspelt one would pass for a long run.
package trials

import (
	"os"
	"strconv"
	"testing"
)

// Seeds is how many random towns, files or histories a test makes: HULIAN_SEEDS, else usual.
func Seeds(t testing.TB, usual int) int { t.Helper(); return number(t, "HULIAN_SEEDS", usual) }

// First is the seed of the first of them: HULIAN_FIRST_SEED, else 0. Rates that a rule was chosen by are asked for anew on seeds that
// it has never seen.
func First(t testing.TB) uint64 {
	t.Helper()
	text := os.Getenv("HULIAN_FIRST_SEED")
	if text == "" {
		return 0
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("HULIAN_FIRST_SEED=%s is no seed", text)
	}
	return seed
}

// Kills is how often a test kills a process at work: HULIAN_KILLS, else usual.
func Kills(t testing.TB, usual int) int { t.Helper(); return number(t, "HULIAN_KILLS", usual) }

// Flips is how many bytes of a file a test damages, one at a time: HULIAN_FLIPS, else usual.
func Flips(t testing.TB, usual int) int { t.Helper(); return number(t, "HULIAN_FLIPS", usual) }

// Load is for how many seconds a test puts a server under load: HULIAN_LOAD, else usual.
func Load(t testing.TB, usual int) int { t.Helper(); return number(t, "HULIAN_LOAD", usual) }

// All reports whether every case of a list is tried, as in a long run, and not a fixed sample of them: HULIAN_SEEDS is set.
func All() bool { return os.Getenv("HULIAN_SEEDS") != "" }

// Long reports whether this is a long run, on a machine that does nothing else: times are asked for there alone.
func Long() bool { return os.Getenv("HULIAN_LOAD") != "" }

func number(t testing.TB, variable string, usual int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%s is no number of trials", variable, text)
	}
	return n
}
