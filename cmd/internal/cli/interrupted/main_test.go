// Package interrupted tests what holds when a process is killed or the disk is full.
package interrupted

import (
	"testing"

	"hulian/cmd/internal/cli"
	"hulian/cmd/internal/cli/clitest"
)

func TestMain(m *testing.M) { clitest.Main(m, cli.Main) }
