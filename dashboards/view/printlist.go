package view

// PrintList is lists to be printed and handed out, a sheet for each person: squares to tick, lines to write on.
type PrintList struct {
	Frame
	Sheets []Sheet
}

// Sheet is what one person takes along.
type Sheet struct {
	Title string // whose it is
	Lines []string
	Table Table
	Write []string // heads of empty columns to write in
	Foot  string
}

// Kind names the template of the block.
func (*PrintList) Kind() string { return "printlist" }
