package typing

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/match"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// reads types one cell as one column of an event, as a table with a key beside it.
func reads(t testing.TB, column data.Column, s Settings, cell decode.Cell) *Row {
	t.Helper()
	return readerOf(column, s).Read(decode.Row{No: 2, Cells: []decode.Cell{{Text: "A1", Raw: "A1"}, cell}})
}

func readerOf(column data.Column, s Settings) *Reader {
	column.ID = "x"
	c := data.Contract{Export: "x", Kind: data.Event, Key: []string{"id"}, Columns: []data.Column{{ID: "id", Type: data.TypeText, Required: true}, column}}
	from := func(at int) match.Origin { return match.Origin{How: match.FromCell, At: []int{at}} }
	return NewReader(match.Plan{Contract: c, Columns: []match.Origin{from(0), from(1)}, Key: -1}, s)
}

func settings(t testing.TB) Settings {
	z := zone(t, "Asia/Shanghai")
	return Settings{Zone: z, FileZone: z, Limit: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC), Header: []string{"id", "x"}}
}

// read gives the value of a cell as one text; empty where there is none.
func read(t testing.TB, column data.Column, s Settings, text string) string {
	return told(column, reads(t, column, s, decode.Cell{Text: text}))
}

// told gives the value of a row as one text.
func told(column data.Column, row *Row) string {
	v := row.Values[1]
	if !v.Set || row.Fate != Accepted {
		return ""
	}
	switch column.Type {
	case data.TypeInteger:
		return strconv.FormatInt(v.Number, 10)
	case data.TypeDecimal:
		return fmt.Sprint(v.Float)
	case data.TypeBoolean:
		return strconv.FormatBool(v.Number == 1)
	case data.TypeDate, data.TypeTimestamp:
		if v.Time().Equal(v.Time().Truncate(24 * time.Hour)) {
			return v.Time().Format(time.DateOnly)
		}
		return v.Time().Format("2006-01-02T15:04:05")
	default:
		return v.Text
	}
}

func columnOf(t testing.TB, export, id string) data.Column {
	t.Helper()
	c, _ := data.ContractOf(export)
	column, ok := c.Column(id)
	if !ok {
		t.Fatalf("no column %s.%s", export, id)
	}
	return column
}

func TestValuesAsPeopleWriteThem(t *testing.T) {
	whole, number := data.Column{Type: data.TypeInteger}, data.Column{Type: data.TypeDecimal, Unit: data.Text{Zh: "分钟", En: "min"}}
	percent, share := data.Column{Type: data.TypeDecimal, Unit: data.Text{Zh: "%", En: "%"}}, data.Column{Type: data.TypeDecimal}
	score, stars, people := columnOf(t, "points", "points"), columnOf(t, "ratings", "stars"), columnOf(t, "meetings", "expected")
	day, moment, month := data.Column{Type: data.TypeDate}, data.Column{Type: data.TypeTimestamp}, data.Column{Type: data.TypeDate, MonthOnly: true}
	flag, period := data.Column{Type: data.TypeBoolean}, data.Column{Type: data.TypePeriod}
	channel, category := columnOf(t, "visits", "channel"), columnOf(t, "issues", "category")
	const refused = ""
	for _, test := range []struct {
		column data.Column
		text   string
		want   string
	}{
		{whole, "1161", "1161"}, {whole, "1,161", "1161"}, {whole, "１，１６１", "1161"}, {whole, "36万", "360000"}, {whole, "1.5万", "15000"},
		{whole, "２４０", "240"}, {whole, "-3", "-3"}, {whole, "12.0", "12"}, {whole, "1e3", "1000"}, {whole, "", refused},
		{whole, "2.5", refused}, {whole, "1,61", refused}, {whole, "三十", "30"}, {whole, "1_000", refused}, {whole, "99999999999999999999", refused},
		{whole, "nan", refused}, {whole, "12a", refused}, {whole, "1 2", refused}, {whole, "¥360,000", "360000"}, {whole, "360000元", "360000"},
		{whole, "−3", "-3"}, {whole, "－3", "-3"}, {whole, "–3", "-3"}, {whole, "—3", "-3"}, {whole, "(3)", "-3"}, {whole, "（3）", "-3"}, {whole, "4862.999999999999", "4863"},
		{whole, "+3", "3"}, {whole, "3-", "-3"}, {whole, "--3", refused}, {whole, "无", refused}, {whole, "NULL", refused},
		{number, "12.5", "12.5"}, {number, "25分钟", "25"}, {number, "25 min", "25"}, {number, "95%", refused}, {number, "inf", refused}, {number, "25小时", "1500"}, {number, "25元", refused}, {number, "¥25", "25"},
		{whole, "十二", "12"}, {whole, "一百零五", "105"}, {whole, "两", "2"}, {whole, "一百二", refused}, {whole, "一二", refused}, {whole, "一2", refused}, {whole, "一５", refused}, {whole, "一万", "10000"}, {whole, "一般", refused},
		{whole, "‒3", "-3"}, {whole, "负3", "-3"}, {whole, "减3", "-3"}, {whole, "加3", "3"}, {whole, "负-3", refused}, {whole, "▲3", refused}, {whole, "(-3)", refused},
		{whole, "'12", "12"}, {whole, `="12"`, "12"}, {whole, "=12", "12"}, {whole, "########", refused},
		{score, "-2分", "-2"}, {score, "扣2分", "-2"}, {score, "二分", "2"}, {score, "2元", refused}, {score, "25%", refused}, {stars, "四星", "4"}, {stars, "4星级", "4"},
		{number, "1.5小时", "90"}, {number, "15分", "15"}, {number, "3次", refused}, {number, "0.30000000000000004", "0.3"}, {people, "4863元", refused}, {people, "28名", "28"},
		{percent, "95%", "95"}, {percent, "95", "95"}, {percent, "９５％", "95"}, {share, "95%", "0.95"},
		{day, "2018-01-08", "2018-01-08"}, {day, "2018/1/8", "2018-01-08"}, {day, "2018.01.08", "2018-01-08"}, {day, "2018年1月8日", "2018-01-08"},
		{day, "20180108", "2018-01-08"}, {day, "43108", "2018-01-08"}, {day, "43108.75", "2018-01-08"}, {day, "２０１８年１月８日", "2018-01-08"},
		{day, "2018年1月8号", "2018-01-08"}, {day, "2018 年 1 月 8 日", "2018-01-08"}, {day, "2018-1-8", "2018-01-08"}, {day, "2018-01-08 19:30", "2018-01-08"}, {day, "9500", "1926-01-03"},
		{day, "1975年6月", refused}, {day, "1975.06", refused}, {day, "197506", refused}, {month, "1975年6月", "1975-06-01"}, {month, "1975.06", "1975-06-01"}, {month, "197506", "1975-06-01"},
		{month, "1998.10", "1998-10-01"}, {day, "0000-00-00", refused},
		{day, "2018-02-30", refused}, {day, "2018年13月1日", refused}, {day, "1951", refused}, {day, "1/8/2018", refused}, {day, "11/11/2018", refused},
		{day, "18-1-8", refused}, {day, "infinity", refused}, {day, "epoch", refused}, {day, "2018", refused}, {day, "去年", refused}, {day, "2018108", refused},
		{day, "2018-01-08abc", refused}, {day, "99999", refused}, {day, "5e4", refused}, {day, "2018-11-11T23:30:00+06", "2018-11-12"},
		{moment, "2018-01-08 19:30", "2018-01-08T19:30:00"}, {moment, "2018-01-08T19:30:05", "2018-01-08T19:30:05"}, {moment, "2018/1/8 9:05", "2018-01-08T09:05:00"},
		{moment, "2018年1月8日 19时30分", "2018-01-08T19:30:00"}, {moment, "2018年1月8日19时", "2018-01-08T19:00:00"}, {moment, "2018年1月8日下午7:30", "2018-01-08T19:30:00"},
		{moment, "2018年1月8日 上午12:05", "2018-01-08T00:05:00"}, {moment, "2018.01.08 7:30 PM", "2018-01-08T19:30:00"}, {moment, "2018年1月8日 19点30分", "2018-01-08T19:30:00"},
		{moment, "2018年1月8日 中午1点20分", "2018-01-08T13:20:00"}, {moment, "2018年1月8日 中午12:20", "2018-01-08T12:20:00"}, {moment, "2018年1月8日 晚上8点半", "2018-01-08T20:30:00"},
		{moment, "2018年1月8日 凌晨1:10", "2018-01-08T01:10:00"}, {moment, "2018年1月8日 凌晨12:10", "2018-01-08T00:10:00"},
		{moment, "2018年1月8日 九点一刻", "2018-01-08T09:15:00"}, {moment, "2018-01-08 半夜11点", "2018-01-08T23:00:00"}, {moment, "2018-01-08 半夜12:30", refused}, {moment, "2018-01-08 午夜12点", refused},
		{moment, "2018-01-08 下午0:30", "2018-01-08T12:30:00"}, {moment, "2018/1/8 PM 3:20", "2018-01-08T15:20:00"}, {moment, "2018/1/8 AM 12:20", "2018-01-08T00:20:00"},
		{moment, "2018年1月8日9:00-10:00", refused}, {moment, "2018-01-08 9:00-10:00", refused}, {moment, "2018-01-08 9点-11点", refused}, {moment, "2018-01-08 9:00~10:00", refused},
		{moment, "2018-01-08T06:30-05:00", "2018-01-08T19:30:00"}, {moment, "2018-01-08 06:30:00-05", "2018-01-08T19:30:00"}, {moment, "2018-01-08 24:00", refused}, {moment, "20180108 1930", "2018-01-08T19:30:00"},
		{moment, "2018-01-08\n19:30", "2018-01-08T19:30:00"}, {moment, "'2018-01-08 19:30", "2018-01-08T19:30:00"}, {moment, `="2018-01-08"`, "2018-01-08"}, {moment, "2018年1月8日下午", refused},
		{day, "二O一八年元月八日", "2018-01-08"}, {day, "贰零壹捌年壹月捌日", "2018-01-08"}, {day, "2018年元月8日", "2018-01-08"}, {day, "2018—01—08", "2018-01-08"}, {day, "2018–1–8", "2018-01-08"},
		{moment, "2018-01-08", "2018-01-08"}, {moment, "43108.8125", "2018-01-08T19:30:00"}, {moment, "201801081930", "2018-01-08T19:30:00"},
		{moment, "20180108193005", "2018-01-08T19:30:05"}, {moment, "20180108 19:30", "2018-01-08T19:30:00"}, {moment, "2018-01-08 19：30", "2018-01-08T19:30:00"},
		{moment, "2018-11-11T11:54:18.221+06", "2018-11-11T13:54:18"}, {moment, "2018-01-08T11:30:00Z", "2018-01-08T19:30:00"},
		{moment, "2018-01-08T06:30:00-0500", "2018-01-08T19:30:00"}, {moment, "2018-01-08 19:30:00+08:00", "2018-01-08T19:30:00"},
		{moment, "2018-01-08 25:30", refused}, {moment, "2018-01-08 19:75", refused}, {moment, "19:30", refused}, {moment, "2018-01 19:30", refused},
		{flag, "是", "true"}, {flag, "有", "true"}, {flag, "√", "true"}, {flag, "Y", "true"}, {flag, "1", "true"}, {flag, "ＹＥＳ", "true"}, {flag, "TRUE", "true"},
		{flag, "否", "false"}, {flag, "无", "false"}, {flag, "×", "false"}, {flag, "N", "false"}, {flag, "0", "false"}, {flag, "也许", refused}, {flag, "", refused},
		{period, "2017", "2017"}, {period, "2017年", "2017"}, {period, "2017H2", "2017H2"}, {period, "2017年下半年", "2017H2"}, {period, "2017上半年", "2017H1"},
		{period, "2017Q3", "2017Q3"}, {period, "2017年第三季度", "2017Q3"}, {period, "2017-08", "2017-08"}, {period, "2017年8月", "2017-08"}, {period, "201708", "2017-08"},
		{period, "2017-13", refused}, {period, "17H2", refused}, {period, "2017H3", refused}, {period, "42948", "2017-08"}, {period, "２０１７Ｈ２", "2017H2"},
		{channel, "入户", "home"}, {channel, "上门", "home"}, {channel, "Home visit", "home"}, {channel, "home", "home"}, {channel, "HOME VISIT", "home"}, {channel, "入 户", "home"},
		{channel, "飞鸽", refused}, {category, "道路", "roads"}, {category, "没听说过的类别", "没听说过的类别"},
	} {
		if got := read(t, test.column, settings(t), test.text); got != test.want {
			t.Errorf("%s %q gives %q, want %q", test.column.Type, test.text, got, test.want)
		}
	}
}

func TestPinnedDateFormatAndZone(t *testing.T) {
	s := settings(t)
	s.FileZone = zone(t, "UTC")
	var err error
	if s.Layout, err = Layout("%m/%d/%Y"); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"01/08/2018": "2018-01-08", "11/12/2018": "2018-11-12", "2018-01-08": "2018-01-08"} {
		if got := read(t, data.Column{Type: data.TypeDate}, s, text); got != want {
			t.Errorf("%s gives %s, want %s", text, got, want)
		}
	}
	// A form of days stands for days with a time behind them too: a register has both.
	for text, want := range map[string]string{"01/08/2018": "2018-01-08", "01/08/2018 02:15:30 PM": "2018-01-08T22:15:30", "11/12/2018 09:05": "2018-11-12T17:05:00", "11/12/2018T23:59:59Z": "2018-11-13T07:59:59"} {
		if got := read(t, data.Column{Type: data.TypeTimestamp}, s, text); got != want {
			t.Errorf("%s gives %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"13/08/2018 09:00", "01/08/2018 25:00", "01/08/2018 noon"} {
		if got := read(t, data.Column{Type: data.TypeTimestamp}, s, text); strings.HasPrefix(got, "2018") {
			t.Errorf("%s gives %s", text, got)
		}
	}
	if got := read(t, data.Column{Type: data.TypeTimestamp}, s, "2018-01-08 20:30"); got != "2018-01-09T04:30:00" {
		t.Errorf("a time of UTC gives %s", got)
	}
}

// Why a value cannot be read is told, so that the advice helps.
func TestReasonsAreTold(t *testing.T) {
	id := columnOf(t, "visits", "household_id")
	for _, test := range []struct {
		column data.Column
		cell   decode.Cell
		code   pipelines.Code
		detail pipelines.DetailCode
	}{
		{data.Column{Type: data.TypeDate}, decode.Cell{Text: "2018年6月"}, pipelines.WrongType, pipelines.DetailDayMissing},
		{data.Column{Type: data.TypeDate}, decode.Cell{Text: "1/8/2018"}, pipelines.WrongType, pipelines.DetailDayUnclear},
		{data.Column{Type: data.TypeTimestamp}, decode.Cell{Text: "2018-01-08 24:00"}, pipelines.WrongType, pipelines.DetailHour24},
		{data.Column{Type: data.TypeTimestamp}, decode.Cell{Text: "2018/1/8 24:00"}, pipelines.WrongType, pipelines.DetailHour24},
		{data.Column{Type: data.TypeTimestamp}, decode.Cell{Text: "2018/1/8 9:00-10:00"}, pipelines.WrongType, pipelines.DetailTwoTimes},
		{data.Column{Type: data.TypeTimestamp}, decode.Cell{Text: "2018年1月8日 下午"}, pipelines.WrongType, pipelines.DetailHourMissing},
		{data.Column{Type: data.TypePeriod}, decode.Cell{Text: "2018.1", Kind: decode.Number}, pipelines.WrongType, pipelines.DetailMonthUnclear},
		{columnOf(t, "points", "points"), decode.Cell{Text: "▲2"}, pipelines.WrongType, pipelines.DetailNumberSigned},
		{columnOf(t, "visits", "minutes"), decode.Cell{Text: "2天"}, pipelines.WrongType, pipelines.DetailNumberIn},
		{columnOf(t, "visits", "minutes"), decode.Cell{Text: "0:15:00", Kind: decode.Moment}, pipelines.WrongType, pipelines.DetailNumberIn},
		{columnOf(t, "visits", "note"), decode.Cell{Text: "########"}, pipelines.WrongType, pipelines.DetailTooNarrow},
		{id, decode.Cell{Text: `=T("000101")`}, pipelines.WrongType, pipelines.DetailUncalculated},
		{id, decode.Cell{Text: `="000101"&"x"`}, pipelines.WrongType, pipelines.DetailUncalculated},
		{id, decode.Cell{Text: "1.23456789012345678e17", Kind: decode.Number}, pipelines.WrongType, pipelines.DetailScientific},
		{data.Column{Type: data.TypeDate}, decode.Cell{Text: "18-1-8"}, pipelines.WrongType, pipelines.DetailYearShort},
		{data.Column{Type: data.TypeInteger}, decode.Cell{Text: "2.5"}, pipelines.WrongType, pipelines.DetailNotWhole},
		{id, decode.Cell{Text: "3.30282E+11"}, pipelines.WrongType, pipelines.DetailScientific},
	} {
		row := reads(t, test.column, settings(t), test.cell)
		if len(row.Problems) != 1 || row.Problems[0].Code != test.code || row.Problems[0].Detail.Code != test.detail {
			t.Errorf("%+v: %+v, want %s %s", test.cell, row.Problems, test.code, test.detail)
		}
	}
}

// What a workbook shows of a number can say more, and less, than the number behind it.
func TestNumbersAreReadAsTheyAreShown(t *testing.T) {
	points, minutes := columnOf(t, "points", "points"), columnOf(t, "visits", "minutes")
	moment := data.Column{Type: data.TypeTimestamp}
	for _, test := range []struct {
		column      data.Column
		shown, real string
		want        string
	}{
		{points, "-2", "2", "-2"}, {points, "扣2", "2", "-2"}, {points, "2", "-2", "-2"}, {points, "▲2", "-2", "-2"}, {points, "1,235", "1234.5", ""}, {points, "3", "2.5", "2.5"},
		{minutes, "2小时", "2", "120"}, {minutes, "25%", "0.25", ""}, {minutes, "3分钟", "2.5", "2.5"}, {minutes, "0.6千", "600", "600"}, {moment, "43108.81", "43108.8125", "2018-01-08T19:30:00"},
	} {
		row := reads(t, test.column, settings(t), decode.Cell{Text: test.shown, Raw: test.real, Kind: decode.Number})
		if got := told(test.column, row); got != test.want {
			t.Errorf("%s shown as %s gives %q, want %q", test.real, test.shown, got, test.want)
		}
	}
	if row := reads(t, points, settings(t), decode.Cell{Text: "TRUE", Raw: "1"}); row.Fate != Refused {
		t.Error("TRUE is a number of points")
	}
}

// IDs arrive as spreadsheet programs, and people who outwit them, leave them.
func TestIDsAreWhatPeopleMeant(t *testing.T) {
	id := columnOf(t, "visits", "household_id")
	for text, want := range map[string]string{`="000101"`: "000101", "=000101": "000101", "'000101": "000101", "‘000101": "000101", "’000101": "000101", "＇000101": "000101", "'000101'": "000101",
		"`000101": "000101", "20180001.0": "20180001", "０００１０１": "000101", "12E5": "12E5", "''000101": "''000101"} {
		if got := read(t, id, settings(t), text); got != want {
			t.Errorf("%s gives %q, want %q", text, got, want)
		}
	}
	row := reads(t, id, settings(t), decode.Cell{Text: "20,180,001", Raw: "20180001", Kind: decode.Number})
	if got := told(id, row); got != "20180001" {
		t.Errorf("an ID shown with commas gives %q", got)
	}
}

// Numbers of persons stand in free texts in every way that people write them.
func TestPersonalNumbersInTextsAreFound(t *testing.T) {
	note := columnOf(t, "visits", "note")
	for text, want := range map[string]pipelines.DetailCode{"电话13812345678": pipelines.DetailPhone, "138-1234-5678": pipelines.DetailPhone, "138 1234 5678": pipelines.DetailPhone,
		"+8613812345678": pipelines.DetailPhone, "8613812345678": pipelines.DetailPhone, "１３８１２３４５６７８": pipelines.DetailPhone, "电话0574-63512345": pipelines.DetailPhone, "330282197501011234": pipelines.DetailIDNumber,
		"33028219750101123x": pipelines.DetailIDNumber, "330282 19750101 1234": pipelines.DetailIDNumber, "330282750101123": pipelines.DetailIDNumber, "３３０２８２１９７５０１０１１２３４": pipelines.DetailIDNumber,
		"编号20180101123456789": "", "2018-01-08 2018-01-09": "", "金额12345678901元": "", "工单201801081234567": "", "2018 0108 1930": ""} {
		row := reads(t, note, settings(t), decode.Cell{Text: text})
		var found pipelines.DetailCode
		if len(row.Problems) > 0 {
			found = row.Problems[0].Detail.Code
		}
		if found != want || row.Fate != Accepted {
			t.Errorf("%s holds %q, want %q", text, found, want)
		}
	}
}

// FuzzValues types any text as every type: no text may stop a load of millions. A value shown as text, as the marked
// workbook and the page show it, is read as the same value again.
func FuzzValues(f *testing.F) {
	for _, seed := range []string{"2018年1月8日 19时30分", "36万", "43108.8125", "99999999999999999999999", "0000-00-00", "2018-01-08T19:30:00+9999", "1e309", "-0", "290309-12-22 (BC)", "%", "2017H2", "√", "(2)", "—", "1998.1", "晚上12点"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) { // decoding hands on valid text only
			t.Skip()
		}
		plain := settings(t)
		pinned := plain
		pinned.FileZone = zone(t, "America/New_York")
		pinned.Layout, _ = Layout("%m/%d/%Y")
		for _, kind := range []data.Type{data.TypeText, data.TypeInteger, data.TypeDecimal, data.TypeDate, data.TypeTimestamp, data.TypeBoolean, data.TypePeriod} {
			column := data.Column{Type: kind, MonthOnly: true}
			row := reads(t, column, pinned, decode.Cell{Text: text, Raw: text})
			if !row.Values[1].Set || row.Fate != Accepted || kind == data.TypeText {
				continue
			}
			value, shown := row.Values[1], row.Shown(1)
			again := reads(t, column, plain, decode.Cell{Text: shown, Raw: shown}).Values[1]
			if kind == data.TypeTimestamp {
				value.Number = value.Time().Truncate(time.Second).UnixMicro() // shown to the second
			}
			if kind == data.TypeDecimal || kind == data.TypeInteger || kind == data.TypeBoolean {
				value.Text, again.Text = "", ""
			}
			if again != value {
				t.Fatalf("%q as %s is %+v, shown as %q and read as %+v", text, kind, value, shown, again)
			}
		}
	})
}
