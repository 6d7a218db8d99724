// Package damaged tests what holds when files of a town are not what was written.
package damaged

import (
	"testing"

	"hulian/cmd/internal/cli"
	"hulian/cmd/internal/cli/clitest"
)

func TestMain(m *testing.M) { clitest.Main(m, cli.Main) }
