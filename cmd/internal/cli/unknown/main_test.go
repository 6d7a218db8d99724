// Package unknown tests, from the files of a town to its sentences, report and charts, that what nobody has told is not taken
// for none.
package unknown

import (
	"testing"

	"hulian/cmd/internal/cli"
	"hulian/cmd/internal/cli/clitest"
)

func TestMain(m *testing.M) { clitest.Main(m, cli.Main) }
