// Package assets embeds what a browser fetches beside the pages: ECharts 5.6.0 (Apache-2.0), Pico CSS 2.1.1 (MIT), the
// style sheets, the scripts and the icon, with the licences of what others wrote.
//
// Files enter at build time; bytes leave with their type, their entity tag and a compressed copy. The address of a file
// holds a part of its hash, so that browsers may keep it for ever. Nothing is written. It refuses to name a file that
// is not embedded, and nothing it serves refers to another host.
package assets
