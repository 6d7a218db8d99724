package load

import (
	"context"
	"fmt"
	"testing"
	"time"
	"unicode/utf8"

	"hulian/data"
	"hulian/pipelines/warehouse"
)

// coercer types single cells by the expressions a load uses.
type coercer struct {
	tx *warehouse.Tx
	t  typing
}

func withCoercer(t testing.TB, do func(c coercer)) {
	t.Helper()
	ctx := context.Background()
	w, err := warehouse.Open(ctx, warehouse.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Transact(ctx, func(tx *warehouse.Tx) error {
		if err := createMacros(ctx, tx); err != nil {
			return err
		}
		do(coercer{tx, typing{zone: "Asia/Shanghai"}})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func (c coercer) cell(column data.Column, text string) (any, error) {
	plain := c.t.plain(column, "x")
	inner := "select nullif(?, '') as x"
	value := "x"
	if plain != "" {
		inner = "select *, " + plain + " as p from (" + inner + ")"
		inner = "select *, case when x is not null and p is null then half_width(x) end as n from (" + inner + ")"
		cut := c.t.parts(column, "n")
		if cut == "" {
			cut = "null"
		}
		inner = "select *, " + cut + " as g from (" + inner + ")"
		iso := c.t.composed(column, "g")
		if iso == "" {
			iso = "null"
		}
		inner = "select *, " + iso + " as i from (" + inner + ")"
		value = c.t.value(column, "p", c.t.spelled(column, "n", "g", "i"), "x")
	}
	table, err := c.tx.Query(context.Background(), "select "+value+" from ("+inner+")", text)
	if err != nil {
		return nil, err
	}
	return table.Rows[0][0], nil
}

func TestCoercion(t *testing.T) {
	whole, number := data.Column{Type: data.TypeInteger}, data.Column{Type: data.TypeDecimal, Unit: data.Text{Zh: "分钟", En: "min"}}
	percent, share := data.Column{Type: data.TypeDecimal, Unit: data.Text{Zh: "%", En: "%"}}, data.Column{Type: data.TypeDecimal}
	day, moment := data.Column{Type: data.TypeDate}, data.Column{Type: data.TypeTimestamp}
	flag, period := data.Column{Type: data.TypeBoolean}, data.Column{Type: data.TypePeriod}
	channel, _ := mustContract(t, "visits").Column("channel")
	category, _ := mustContract(t, "issues").Column("category")
	const refused = "<nil>"
	tests := []struct {
		column data.Column
		text   string
		want   string
	}{
		{whole, "1161", "1161"}, {whole, "1,161", "1161"}, {whole, "１，１６１", "1161"}, {whole, "36万", "360000"}, {whole, "1.5万", "15000"},
		{whole, "２４０", "240"}, {whole, "-3", "-3"}, {whole, "12.0", "12"}, {whole, "1e3", "1000"}, {whole, "", refused},
		{whole, "2.5", refused}, {whole, "1,61", refused}, {whole, "三十", refused}, {whole, "1_000", refused}, {whole, "99999999999999999999", refused},
		{whole, "nan", refused}, {whole, "12a", refused}, {whole, "1 2", refused}, {whole, "¥360,000", "360000"}, {whole, "360000元", "360000"},
		{number, "12.5", "12.5"}, {number, "25分钟", "25"}, {number, "25 min", "25"}, {number, "95%", refused}, {number, "inf", refused}, {number, "25小时", refused},
		{percent, "95%", "95"}, {percent, "95", "95"}, {percent, "９５％", "95"}, {share, "95%", "0.95"},
		{day, "2018-01-08", "2018-01-08"}, {day, "2018/1/8", "2018-01-08"}, {day, "2018.01.08", "2018-01-08"}, {day, "2018年1月8日", "2018-01-08"},
		{day, "20180108", "2018-01-08"}, {day, "43108", "2018-01-08"}, {day, "43108.75", "2018-01-08"}, {day, "２０１８年１月８日", "2018-01-08"},
		{day, "2018年1月8号", "2018-01-08"}, {day, "2018 年 1 月 8 日", "2018-01-08"}, {day, "2018-1-8", "2018-01-08"}, {day, "1975年6月", "1975-06-01"},
		{day, "1975.06", "1975-06-01"}, {day, "197506", "1975-06-01"}, {day, "2018-01-08 19:30", "2018-01-08"}, {day, "9500", "1926-01-03"},
		{day, "2018-02-30", refused}, {day, "2018年13月1日", refused}, {day, "1951", refused}, {day, "1/8/2018", refused}, {day, "11/11/2018", refused},
		{day, "18-1-8", refused}, {day, "infinity", refused}, {day, "epoch", refused}, {day, "2018", refused}, {day, "去年", refused}, {day, "2018108", refused},
		{day, "2018-01-08abc", refused}, {day, "99999", refused}, {day, "5e4", refused}, {day, "2018-11-11T23:30:00+06", "2018-11-12"},
		{moment, "2018-01-08 19:30", "2018-01-08T19:30:00"}, {moment, "2018-01-08T19:30:05", "2018-01-08T19:30:05"}, {moment, "2018/1/8 9:05", "2018-01-08T09:05:00"},
		{moment, "2018年1月8日 19时30分", "2018-01-08T19:30:00"}, {moment, "2018年1月8日19时", "2018-01-08T19:00:00"}, {moment, "2018年1月8日下午7:30", "2018-01-08T19:30:00"},
		{moment, "2018年1月8日 上午12:05", "2018-01-08T00:05:00"}, {moment, "2018.01.08 7:30 PM", "2018-01-08T19:30:00"}, {moment, "2018年1月8日 19点30分", "2018-01-08T19:30:00"},
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
	}
	withCoercer(t, func(c coercer) {
		for _, test := range tests {
			got, err := c.cell(test.column, test.text)
			if err != nil {
				t.Errorf("%s %q: %v", test.column.Type, test.text, err)
				continue
			}
			text := fmt.Sprint(got)
			if at, ok := got.(time.Time); ok {
				text = at.Format("2006-01-02T15:04:05")
				if at.Hour()+at.Minute()+at.Second() == 0 {
					text = at.Format(time.DateOnly)
				}
			}
			if text != test.want {
				t.Errorf("%s %q gives %s, want %s", test.column.Type, test.text, text, test.want)
			}
		}
	})
}

func TestPinnedDateFormatAndZone(t *testing.T) {
	withCoercer(t, func(c coercer) {
		c.t.pins = Pins{DateFormat: "%m/%d/%Y", TimeZone: "UTC"}
		for text, want := range map[string]string{"01/08/2018": "2018-01-08", "11/12/2018": "2018-11-12", "2018-01-08": "2018-01-08"} {
			got, err := c.cell(data.Column{Type: data.TypeDate}, text)
			if at, ok := got.(time.Time); err != nil || !ok || at.Format(time.DateOnly) != want {
				t.Errorf("%s gives %v, want %s (%v)", text, got, want, err)
			}
		}
		got, err := c.cell(data.Column{Type: data.TypeTimestamp}, "2018-01-08 20:30")
		if at, ok := got.(time.Time); err != nil || !ok || at.Format("2006-01-02 15:04") != "2018-01-09 04:30" {
			t.Errorf("a time of UTC gives %v (%v)", got, err)
		}
	})
}

func mustContract(t testing.TB, export string) data.Contract {
	t.Helper()
	c, ok := data.ContractOf(export)
	if !ok {
		t.Fatalf("no contract %s", export)
	}
	return c
}

// FuzzCoercion types any text as every type: no text may stop the statement, which would stop a load of millions. A value
// shown as text, as the marked workbook and the page show it, is read as the same value again.
func FuzzCoercion(f *testing.F) {
	for _, seed := range []string{"2018年1月8日 19时30分", "36万", "43108.8125", "99999999999999999999999", "0000-00-00", "2018-01-08T19:30:00+9999", "1e309", "-0", "290309-12-22 (BC)", "%", "2017H2", "√"} {
		f.Add(seed)
	}
	var columns []data.Column
	for _, kind := range []data.Type{data.TypeInteger, data.TypeDecimal, data.TypeDate, data.TypeTimestamp, data.TypeBoolean, data.TypePeriod} {
		columns = append(columns, data.Column{Type: kind})
	}
	ctx := context.Background()
	w, err := warehouse.Open(ctx, warehouse.Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) { // decoding hands on valid text only
			t.Skip()
		}
		err := w.Transact(ctx, func(tx *warehouse.Tx) error {
			if err := createMacros(ctx, tx); err != nil {
				return err
			}
			c := coercer{tx, typing{zone: "Asia/Shanghai", pins: Pins{TimeZone: "America/New_York", DateFormat: "%m/%d/%Y"}}}
			for _, column := range columns {
				value, err := c.cell(column, text)
				if err != nil {
					return fmt.Errorf("%s: %w", column.Type, err)
				}
				if err := c.returns(column, value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

// returns reports a value that is not read back from the text it is shown as.
func (c coercer) returns(column data.Column, value any) error {
	if value == nil {
		return nil
	}
	shown, err := c.tx.Query(context.Background(), "select "+textOf(column, "v")+" from (select cast(? as "+column.SQLType()+") as v)", value)
	if err != nil {
		return fmt.Errorf("%s %v cannot be shown: %w", column.Type, value, err)
	}
	text, _ := shown.Rows[0][0].(string)
	again, err := coercer{c.tx, typing{zone: "Asia/Shanghai"}}.cell(column, text)
	if err != nil {
		return fmt.Errorf("%s: %w", column.Type, err)
	}
	if at, ok := value.(time.Time); ok && column.Type == data.TypeTimestamp {
		value = at.Truncate(time.Second) // shown to the second
	}
	if fmt.Sprint(again) != fmt.Sprint(value) {
		return fmt.Errorf("%s %v is shown as %q and read as %v", column.Type, value, text, again)
	}
	return nil
}
