//go:build unix

// Package sources tests towns whose files come from servers and databases.
package sources

import (
	"testing"

	"hulian/cmd/internal/cli"
	"hulian/cmd/internal/cli/clitest"
	"hulian/pipelines/source/sourcetest/servers"
)

func TestMain(m *testing.M) { clitest.Main(m, cli.Main, servers.Stop) }
