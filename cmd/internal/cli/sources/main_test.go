//go:build unix

// Package sources tests where the files of towns come from: folders, servers and databases.
package sources

import (
	"testing"

	"hulian/cmd/internal/cli"
	"hulian/cmd/internal/cli/clitest"
	"hulian/pipelines/source/sourcetest/servers"
)

func TestMain(m *testing.M) { clitest.Main(m, cli.Main, servers.Stop) }
