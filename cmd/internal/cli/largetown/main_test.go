// Package largetown times what people wait for in a town far larger than the sample's: a district in one warehouse.
package largetown

import (
	"testing"

	"hulian/cmd/internal/cli"
	"hulian/cmd/internal/cli/clitest"
)

func TestMain(m *testing.M) { clitest.Main(m, cli.Main) }
