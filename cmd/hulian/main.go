// Command hulian reads a town's exports and serves its dashboards.
//
// Arguments and signals enter; an exit status leaves. Nothing but signal handling is done here: the first interrupt
// cancels the command, which leaves what was published before untouched even in a crash, and a second one ends the
// process. It refuses nothing by itself; package cli does.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // offices run on machines without a zone database

	"golang.org/x/term"

	"hulian/cmd/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process
	self, err := os.Executable()
	if err != nil {
		self = "" // what would run in a process of its own runs in this one
	}
	status := cli.Main(ctx, os.Args[1:], cli.Streams{
		Out: os.Stdout, Err: os.Stderr, Environ: os.Environ(), Terminal: term.IsTerminal(int(os.Stderr.Fd())), Self: self,
	})
	os.Exit(status)
}
