package sample

import (
	"fmt"
	"slices"
)

// post is one of a member's two posts: every member holds one beside being a member.
type post struct {
	id, kind, programme, segment string
	member                       int
	claimed, released            day
	river                        string // where it is on a river, in metres from to
	from, to                     int
}

var postKinds = []struct{ kind, programme, segment string }{
	{"cleaning_supervisor", "environment", "第%d保洁段"},
	{"cleaning_supervisor", "environment", "第%d保洁段"},
	{"policy_publicist", "other", ""},
	{"mediator", "other", ""},
	{"safety_inspector", "other", "第%d巡查片"},
	{"demolition_promoter", "three_reforms", "第%d片区"},
	{"care_worker", "other", ""},
}

var rivers = []string{"三横江", "四塘横江", "漾山路江", "水云浦", "破山浦", "逍林大横江"}

// drawPosts claims exactly the published number of posts, 240 of them on the river, by the end, and a few more that
// were given up on the way and stand only in an earlier list.
func (t *town) drawPosts() {
	r := stream(t.Seed, t.index, "posts")
	var holders []int
	for i := range t.members {
		if t.members[i].exemptFrom == never {
			holders = append(holders, i)
		}
	}
	order := r.Perm(len(holders))
	total := min(t.targets.posts, len(holders))
	river := min(t.targets.riverPosts, total)
	for n := range total {
		m := &t.members[holders[order[n]]]
		p := post{member: holders[order[n]], released: never}
		start := max(t.villages[m.village].start.first(), m.appears)
		p.claimed = min(start+day(5+r.IntN(75)), lastMonth.last()-3)
		if n >= river && chance(r, .1) && m.appears == 0 {
			p.claimed = dayOf(2015, 3+r.IntN(9), 1+r.IntN(28))
		}
		if n < river {
			p.kind, p.programme = "micro_river_chief", "five_waters"
			stretch := r.IntN(30)
			p.segment = fmt.Sprintf("%s%d–%d米", pick(r, rivers), stretch*100, stretch*100+100)
		} else {
			k := pick(r, postKinds)
			p.kind, p.programme, p.segment = k.kind, k.programme, k.segment
			if p.segment != "" {
				p.segment = fmt.Sprintf(p.segment, 1+r.IntN(12))
			}
		}
		t.posts = append(t.posts, p)
	}
	for n := range total / 25 { // given up between the lists of September and January
		m := holders[order[n]]
		claimed := t.villages[t.members[m].village].start.first() + 2
		if claimed > dayOf(2017, 8, 1) || t.members[m].appears > 0 {
			continue
		}
		t.posts = append(t.posts, post{member: m, kind: "river_inspector", programme: "five_waters", segment: pick(r, rivers),
			claimed: claimed, released: dayOf(2017, 9, 3+r.IntN(26))})
	}
	slices.SortStableFunc(t.posts, func(a, b post) int { return int(a.claimed - b.claimed) })
	for i := range t.posts {
		t.posts[i].id = fmt.Sprintf("PO%s%04d", t.prefix(), i+1)
	}
}

// listed reports whether the list made at the end of a month still holds the post: a post given up is shown once,
// with its last day, and then no more.
func (p *post) listed(m month) bool {
	return p.claimed <= m.last() && (p.released == never || p.released.month() == m)
}

// postOf is the member's post that every list since its claim holds, or "".
func (t *town) postsByMember() map[int]*post {
	held := make(map[int]*post, len(t.posts))
	for i := range t.posts {
		if p := &t.posts[i]; p.released == never {
			held[p.member] = p
		}
	}
	return held
}
