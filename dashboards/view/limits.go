package view

// Limits is a funnel made readable: a row for each unit with its value, its interval and the limits that hold for its base.
type Limits struct {
	Frame
	Rows       []LimitsRow
	Centre     float64
	CentreText string // "全镇 79.9%"
	Axis       Axis
	Apart      bool // each row has a middle of its own, and Centre is none
}

// LimitsRow is one unit.
type LimitsRow struct {
	Name      string
	Value     Value
	Low, High float64 // the interval of the value
	Inner     [2]float64
	Outer     [2]float64
	Middle    float64 // of a row whose picture has no centre for all
}

// Axis is how the numbers along a picture are written.
type Axis struct {
	Title    string
	Suffix   string // after each number: "%"
	Decimals int
	Signed   bool // changes carry a plus
	Min, Max *float64
}

// Kind names the template of the block.
func (*Limits) Kind() string { return "limits" }

// Behind is the table of the picture.
func (d *Limits) Behind() *Table {
	table, l := d.table(), d.Language
	Fill(table, d.Rows,
		Of(Words(l.T("单位", "Unit")), func(r LimitsRow) Cell { return Cell{Text: r.Name, Link: r.Value.Link} }),
		Of(Rate(l.T("数值", "Value"), ""), func(r LimitsRow) Cell { return r.Value.Cell() }),
		Of(Number(l.T("区间下限", "Interval from")), func(r LimitsRow) Cell { return number(r.Low) }),
		Of(Number(l.T("区间上限", "Interval to")), func(r LimitsRow) Cell { return number(r.High) }),
		Of(Number(l.T("外界限下", "Outer limit, low")), func(r LimitsRow) Cell { return number(r.Outer[0]) }),
		Of(Number(l.T("外界限上", "Outer limit, high")), func(r LimitsRow) Cell { return number(r.Outer[1]) }))
	return table
}
