package gate

import (
	"fmt"
	"slices"
	"time"

	"hulian/dashboards/language"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines/personal"
)

// Audience is who a paper is for.
type Audience string

// Audiences.
const (
	Committee Audience = "committee" // who may see what its maker sees
	Village   Audience = "village"   // the office of one village
	Public    Audience = "public"    // everybody
)

// Audiences lists them, the narrowest first.
func Audiences() []Audience { return []Audience{Committee, Village, Public} }

// Known reports whether there is such an audience.
func (a Audience) Known() bool { return slices.Contains(Audiences(), a) }

var titles = map[Audience]data.Text{Committee: {Zh: "镇党委", En: "the committee"}, Village: {Zh: "本村", En: "the village"}, Public: {Zh: "公示", En: "the public"}}

// Title is the audience in words.
func (a Audience) Title() data.Text { return titles[a] }

// SecondPerson reports whether somebody else has to look at a paper before it leaves.
func (a Audience) SecondPerson() bool { return a == Public }

// Reader is as whom a page is built that becomes a paper: the committee reads what its maker may read; a village what its secretary may,
// where the maker may see its persons himself; everybody what somebody without any person may. Where the unit has no village, nobody may
// read a paper for a village.
func (a Audience) Reader(maker visitor.Visitor, of visitor.Place) visitor.Visitor {
	if a == Committee {
		return maker
	}
	reader := visitor.Visitor{Account: maker.Account, Name: maker.Name, Origin: maker.Origin, Only: maker.Only, Role: visitor.County, Scope: visitor.Scope{Towns: []string{of.Town}}}
	if a == Village && (of.Village == "" || maker.SeesPerson(of)) {
		reader.Role, reader.Scope.Village = visitor.VillageSecretary, of.Village
	}
	return reader
}

// Passed is what became of a paper.
type Passed struct {
	For      Audience
	Withheld int // cells of tables and numbers in sentences
	Pictures int // that gave way to their tables
	LeftOut  int // blocks that are no part of a paper for everybody
}

// Trail is what the trail keeps of it: who does what with which paper stands beside it.
func (p Passed) Trail() string { return fmt.Sprintf("for=%s withheld=%d", p.For, p.Withheld) }

// Watermark is what stands on every sheet: for whom, by whom and when. A paper for everybody does not name who made it; the trail does.
func Watermark(to Audience, who string, at time.Time, l language.Language) string {
	if to == Public {
		return l.Tf("%s · %s", "%s · %s", l.T("公示", "For the public"), l.Moment(at))
	}
	return l.Tf("仅供%s · %s · %s", "For %s only · %s · %s", l.T(titles[to].Zh, titles[to].En), who, l.Moment(at))
}

// Pass is the paper that a view becomes for its readers. The view is not to be used afterwards. names are the persons of the town.
// The error is a *Refusal where something stands on it that may not leave.
func Pass(v view.View, to Audience, names personal.Names, l language.Language) (view.View, Passed, error) {
	p := &passing{Passed: Passed{For: to}, language: l, names: names}
	if !to.Known() {
		return view.View{}, p.Passed, fmt.Errorf("there is no audience %q", to)
	}
	if to == Public {
		if err := p.public(&v); err != nil {
			return view.View{}, p.Passed, err
		}
	}
	if err := p.check(&v); err != nil {
		return view.View{}, p.Passed, err
	}
	return v, p.Passed, nil
}

// CheckFile refuses the name of a file and its properties where they tell of a person.
func CheckFile(to Audience, names personal.Names, texts ...string) error {
	p := &passing{Passed: Passed{For: to}, names: names}
	for _, text := range texts {
		if kind := p.told(text); kind != personal.None {
			return &Refusal{Kind: kind, File: true}
		}
	}
	return nil
}

// passing is one paper on its way.
type passing struct {
	Passed
	language language.Language
	names    personal.Names
}

// told is what a text tells of a person that may not leave.
func (p *passing) told(text string) personal.Kind {
	if p.For != Public {
		return personal.KindOf(text)
	}
	if kind := personal.Told(text); kind != personal.None {
		return kind
	}
	if p.names.In(text) {
		return personal.Name
	}
	return personal.None
}

// check refuses a view on which anything of a person is left, in its texts and in its addresses.
func (p *passing) check(v *view.View) (err error) {
	look := func(at Place, text string) {
		if kind := p.told(text); kind != personal.None && err == nil {
			// The place is named by texts of the same paper.
			err = &Refusal{Kind: kind, At: Place{p.clean(at.Block), p.clean(at.Row), p.clean(at.Column)}}
		}
	}
	w := walk{text: func(at Place, text string, _ bool) string { look(at, text); return text }, address: func(at Place, _, address string) string { look(at, address); return address }}
	if broken := w.view(v); broken != nil {
		return broken
	}
	return err
}

// clean is a text that names a place in a refusal.
func (p *passing) clean(text string) string {
	if personal.HasAddress(text) {
		return "…"
	}
	return p.names.Mask(personal.Mask(text), visitor.MaskName)
}
