// Package serving tests the server and what goes on beside it: runs, backups and notices.
package serving

import (
	"testing"

	"hulian/cmd/internal/cli"
	"hulian/cmd/internal/cli/clitest"
)

func TestMain(m *testing.M) { clitest.Main(m, cli.Main) }
