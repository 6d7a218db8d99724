// Package webtest starts the browser that pages are tested in, as offices have it.
//
// A test enters; the context of an open tab leaves, which ends with the test. Nothing outlives the test but what a
// killed browser leaves in the folder for temporary files. It refuses to pass a test over where CI is set and there is
// no browser; elsewhere such a test is skipped.
package webtest

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
)

// Browser opens a tab of Chromium in a window of a desk's size.
func Browser(t testing.TB) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no Chromium: CI must have one")
		}
		t.Skip("no Chromium on this machine")
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 1000), chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN"))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}
