package view

// Notice stands where nothing can be shown: nothing was counted, it is being computed, or it failed. The frame says which, why,
// and what to do next.
type Notice struct{ Frame }

// Kind names the template of the block.
func (*Notice) Kind() string { return "notice" }

// Head is the state in a few words.
func (f Frame) Head() string {
	l := f.Language
	switch f.State {
	case Loading:
		return l.T("正在计算", "Being computed")
	case Failed:
		return l.T("这一项没有生成", "This could not be made")
	case Empty:
		return l.T("暂无数据", "Nothing to show yet")
	default:
		return ""
	}
}
