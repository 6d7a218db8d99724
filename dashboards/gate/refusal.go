package gate

import (
	"fmt"
	"strings"

	"hulian/dashboards/language"
	"hulian/data"
	"hulian/pipelines/personal"
)

// Refusal is why a paper does not leave: something of a person stands on it. It never holds what.
type Refusal struct {
	Kind personal.Kind
	At   Place
	File bool // it stands in the name of the file or in its properties
}

var kinds = map[personal.Kind]data.Text{
	personal.IdentityCard: {Zh: "身份证号", En: "an identity number"},
	personal.Phone:        {Zh: "电话号码", En: "a phone number"},
	personal.BankCard:     {Zh: "银行卡号", En: "the number of a bank card"},
	personal.Address:      {Zh: "住址", En: "an address"},
	personal.Name:         {Zh: "姓名", En: "the name of a person"},
}

func (r *Refusal) Error() string { return r.In(language.Language{Lang: language.English}) }

// In is the refusal in words: what stands where, and what to do.
func (r *Refusal) In(l language.Language) string {
	what := l.T(kinds[r.Kind].Zh, kinds[r.Kind].En)
	if r.File {
		return l.Tf("文件名或文件属性里有%s，文件没有生成。请改名后再试。", "The name of the file or its properties hold %s, so it was not made. Choose another name.", what)
	}
	var at []string
	for _, part := range []struct{ zh, en, of string }{{"“%s”", "“%s”", r.At.Block}, {"“%s”一行", "row “%s”", r.At.Row}, {"“%s”列", "column “%s”", r.At.Column}} {
		if part.of != "" {
			at = append(at, fmt.Sprintf(l.T(part.zh, part.en), part.of))
		}
	}
	if len(at) == 0 {
		at = []string{l.T("开头部分", "its head")}
	}
	return l.Tf("文件没有生成：%s里有%s。请在原来的记录里删去后再试。", "It was not made: %[1]s holds %[2]s. Take it out of the record it comes from and try again.", strings.Join(at, l.T("，", ", ")), what)
}
