// Package arrivals tests what becomes of files as they arrive: that what is in them is kept, and read as it was meant.
package arrivals

import (
	"testing"

	"hulian/cmd/internal/cli"
	"hulian/cmd/internal/cli/clitest"
)

func TestMain(m *testing.M) { clitest.Main(m, cli.Main) }
