package chart

// Colours of charts: blue better, orange worse, grey no signal; never red and green, which one man in twelve cannot tell
// apart. All of them are seen on white and on the dark page; Dark
// writes names, and the page's script makes it light there.
const (
	Blue       = "#2f74c0"
	BlueLight  = "#8db8e6"
	Orange     = "#d9772b"
	OrangeSoft = "#f0b884"
	Grey       = "#8a95a1"
	GreyLight  = "#c3cad2"
	Dark       = "#5b6b7c"
)

// palette is the order in which series without a meaning of their own are coloured; neighbours differ in lightness, so
// that they stay apart in black and white.
var palette = []string{Blue, Orange, Grey, BlueLight, OrangeSoft, GreyLight, "#3b4a5a", "#5b9aa0"}

// Shade is the colour of the nth series without a meaning of its own, from 0.
func Shade(n int) string { return palette[n%len(palette)] }
