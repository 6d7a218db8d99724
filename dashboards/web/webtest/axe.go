package webtest

import (
	"context"
	_ "embed"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe is axe-core 4.14.1 of Deque Systems, unchanged, under the Mozilla Public License 2.0 (axe/axe-LICENSE). It is in no binary: tests
// alone import this package.
//
//go:embed axe/axe.min.js
var axe string

// findings runs all rules of axe and gives the findings that keep somebody from using the page, each with the first elements it is about.
const findings = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.filter(v => v.impact === "serious" || v.impact === "critical").map(v =>
  v.impact + " " + v.id + ": " + v.help + " (" + v.nodes.length + "): " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + ((n.any[0] || n.all[0] || n.none[0] || {}).message || "").slice(0, 160)).join(" | ")))`

// Inaccessible lists what keeps people with a screen reader, a keyboard or weak eyes from using the page that the browser shows: the
// serious and critical findings of axe, contrast among them.
func Inaccessible(ctx context.Context, t testing.TB) []string {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](axe+"\n;typeof axe === 'object'")); err != nil {
		t.Fatalf("load axe: %v", err)
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](findings, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("run axe: %v", err)
	}
	return found
}
