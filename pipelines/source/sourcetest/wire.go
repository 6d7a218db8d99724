package sourcetest

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Fate is what becomes of one connection: after so many bytes from the server it stalls or breaks.
type Fate struct {
	After int64 // bytes from the server to the source
	Stall bool  // say nothing more, but keep the connection
	Break bool  // reset the connection
}

// Well lets a connection be.
var Well = Fate{}

// Wire is a TCP connection point in front of a real server. Connections pass through it and meet the fate given.
type Wire struct {
	listener net.Listener
	server   string
	ctx      context.Context // of the test

	mu    sync.Mutex
	fate  func(connection int) Fate
	count int
	bytes atomic.Int64
	open  map[net.Conn]bool
	ended bool
}

// NewWire leads to the server at host:port until the test ends.
func NewWire(t *testing.T, server string) *Wire {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &Wire{listener: listener, server: server, ctx: t.Context(), open: map[net.Conn]bool{}, fate: func(int) Fate { return Well }}
	var done sync.WaitGroup
	done.Go(func() {
		for {
			source, err := listener.Accept()
			if err != nil {
				return
			}
			done.Go(func() { w.carry(source) })
		}
	})
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		w.mu.Lock()
		w.ended = true
		w.mu.Unlock()
		w.BreakAll()
		done.Wait()
	})
	return w
}

// Address is host:port of the wire.
func (w *Wire) Address() string { return w.listener.Addr().String() }

// Connections counts the connections since the last call of Fates.
func (w *Wire) Connections() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count
}

// Bytes counts what the server said to the source since the last call of Fates.
func (w *Wire) Bytes() int64 { return w.bytes.Load() }

// Fates decides over connections from now on, counted from 0. Connections that exist are broken, so that none of an
// earlier fate is used again.
func (w *Wire) Fates(fate func(connection int) Fate) {
	w.mu.Lock()
	w.fate, w.count = fate, 0
	w.mu.Unlock()
	w.bytes.Store(0)
	w.BreakAll()
}

// BreakAll resets all connections there are.
func (w *Wire) BreakAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.open {
		reset(c)
	}
}

type tally struct{ bytes *atomic.Int64 }

func (t tally) Write(p []byte) (int, error) {
	t.bytes.Add(int64(len(p)))
	return len(p), nil
}

// reset breaks a connection. One of its ends may have closed it before; then there is nothing to break.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // closing then sends a reset, as a broken line does, instead of an orderly end
	}
	_ = c.Close()
}

// carry lets a connection through until its fate, or either end, ends it. That a copy ends with an error is what a wire is
// for: the source at one end must say what it meets, and the test looks at that.
func (w *Wire) carry(source net.Conn) {
	w.mu.Lock()
	fate := w.fate(w.count)
	w.count++
	ended := w.ended
	w.open[source] = true
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		delete(w.open, source)
		w.mu.Unlock()
		_ = source.Close()
	}()
	if ended || fate.Break && fate.After == 0 {
		reset(source)
		return
	}
	server, err := new(net.Dialer).DialContext(w.ctx, "tcp", w.server)
	if err != nil {
		reset(source)
		return
	}
	defer func() { _ = server.Close() }()
	go func() {
		_, _ = io.Copy(server, source)
		_ = server.Close()
	}()
	if !fate.Break && !fate.Stall {
		_, _ = io.Copy(source, io.TeeReader(server, tally{&w.bytes}))
		return
	}
	_, _ = io.CopyN(source, io.TeeReader(server, tally{&w.bytes}), fate.After)
	if fate.Break {
		reset(source)
		return
	}
	_, _ = io.Copy(io.Discard, server) // until the source gives up and the goroutine above closes the server's side
}
