package gallery

import (
	"net/url"
	"slices"
	"strings"

	"hulian/dashboards/language"
	"hulian/dashboards/render"
	"hulian/dashboards/view"
)

// Path is where the page is served.
const Path = "/components"

// shelf fills the page in one language.
type shelf struct {
	language.Language
	asked  url.Values
	groups []render.ShelfGroup
}

// Page is the whole page, as the address asks for it: lang, theme (light, dark, hall), only (the IDs of some components), and what its
// tables take.
func Page(asked url.Values) ([]byte, error) {
	s := newShelf(asked)
	made := render.Shelf{Lang: s.Lang, Groups: s.groups}
	if only := asked.Get("only"); only != "" {
		made.Groups = slices.DeleteFunc(made.Groups, func(g render.ShelfGroup) bool { return !slices.Contains(strings.Split(only, ","), g.ID) })
	}
	switch theme := asked.Get("theme"); theme {
	case "light", "dark":
		made.Theme = theme
	case "hall":
		made.Hall = true
	}
	for _, look := range [][3]string{{"浅色", "Light", "light"}, {"深色", "Dark", "dark"}, {"投屏", "Hall", "hall"}, {"随系统", "As the screen prefers", ""}} {
		made.Looks = append(made.Looks, render.Crumb{Name: s.T(look[0], look[1]), Link: s.address("theme", look[2])})
	}
	made.Looks = append(made.Looks, render.Crumb{Name: "中文", Link: s.address("lang", language.Chinese)}, render.Crumb{Name: "English", Link: s.address("lang", language.English)})
	return render.Gallery(made)
}

// newShelf fills a shelf with the examples of every component.
func newShelf(asked url.Values) *shelf {
	s := &shelf{asked: asked}
	s.Lang = language.Chinese
	if asked.Get("lang") == language.English {
		s.Lang = language.English
	}
	s.tiles()
	s.heat()
	s.heatMonths()
	s.spine()
	s.assured()
	s.tileMap()
	s.limits()
	s.multiples()
	s.diverging()
	s.scatter()
	s.forest()
	s.gantt()
	s.steps()
	s.tree()
	s.timeline()
	s.badges()
	s.checklist()
	s.printList()
	s.notices()
	s.progress()
	s.drawer()
	s.listing()
	return s
}

func (s *shelf) address(name, value string) string {
	q := url.Values{}
	for _, kept := range []string{"lang", "theme", "only"} {
		if v := s.asked.Get(kept); v != "" {
			q.Set(kept, v)
		}
	}
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	if len(q) == 0 {
		return Path
	}
	return Path + "?" + q.Encode()
}

// frame is a frame with a name of its own.
func (s *shelf) frame(id, zh, en string) view.Frame {
	return view.Frame{ID: id, Title: s.T(zh, en), Language: s.Language}
}

// group adds a component with its examples.
func (s *shelf) group(id, zh, en string, examples ...render.Example) {
	s.groups = append(s.groups, render.ShelfGroup{ID: id, Name: s.T(zh, en), Examples: examples})
}

func (s *shelf) example(zh, en string, b view.Block) render.Example {
	return render.Example{State: s.T(zh, en), Block: b}
}

func (s *shelf) whole(zh, en string, b view.Block) render.Example {
	return render.Example{State: s.T(zh, en), Block: b, Whole: true}
}

// states are a component that is empty, is being computed, and failed: set gives an empty one its frame.
func (s *shelf) states(id string, set func(view.Frame) view.Block) []render.Example {
	empty, loading, failed := s.frame(id+"-empty", "走访覆盖率", "Visit coverage"), s.frame(id+"-loading", "走访覆盖率", "Visit coverage"), s.frame(id+"-failed", "走访覆盖率", "Visit coverage")
	empty.State, empty.Reason, empty.Next, empty.NextLink = view.Empty, s.T("本月还没有报送走访表。", "No visits have been handed in for this month."), s.T("上传走访表", "Hand them in"), "/upload"
	loading.State, loading.Reason = view.Loading, s.T("数据刚刚入库，约1分钟后显示。", "The data have just been loaded; this takes about a minute.")
	failed.State, failed.Reason, failed.Next, failed.NextLink = view.Failed, s.T("户口表第12行的村名无法识别，所以算不出覆盖率；其他指标不受影响。", "Row 12 of the household list names a village nobody knows, so coverage cannot be computed; other measures are not affected."),
		s.T("去“数据”页改这一行", "Mend the row on the page Data"), "/data"
	return []render.Example{s.example("无数据", "Empty", set(empty)), s.example("正在计算", "Loading", set(loading)), s.example("失败", "Failed", set(failed))}
}
