package relink

// cost counts, in the order in which it matters: squares of the households above the limit, links cut between kin, between neighbours,
// and all links changed. Costs are compared from left to right. Added and negated by part they keep that order, so that
// the theorems on flows hold for them as for numbers.
type cost [4]int

func (c cost) plus(d cost) cost {
	for i := range c {
		c[i] += d[i]
	}
	return c
}

func (c cost) minus(d cost) cost {
	for i := range c {
		c[i] -= d[i]
	}
	return c
}

func (c cost) less(d cost) bool {
	for i := range c {
		if c[i] != d[i] {
			return c[i] < d[i]
		}
	}
	return false
}

// cut is the cost of one changed link.
func cut(bond Bond) cost {
	switch bond {
	case Kin:
		return cost{0, 1, 0, 1}
	case Near:
		return cost{0, 0, 1, 1}
	case Other:
	}
	return cost{0, 0, 0, 1}
}

// arc carries households from one node to another. An arc with a limit is the way of a member to the end: what it carries
// above the limit costs more with every household.
type arc struct {
	from, to      int
	room, carried int // how many it may carry, and does
	price         cost
	limit         int
	rises         bool
}

// more is what one household more costs on the arc, and by how many that price holds; zero: the arc is full.
func (a arc) more() (cost, int) {
	switch {
	case !a.rises:
		return a.price, a.room - a.carried
	case a.carried < a.limit:
		return cost{}, min(a.limit, a.room) - a.carried
	case a.carried < a.room:
		return cost{2*(a.carried-a.limit) + 1}, 1 // (e+1)² − e²
	}
	return cost{}, 0
}

// fewer is what is saved by taking one household off the arc, and by how many that price holds; zero: it carries none.
func (a arc) fewer() (cost, int) {
	switch {
	case !a.rises:
		return a.price, a.carried
	case a.carried > a.limit:
		return cost{2*(a.carried-a.limit) - 1}, 1
	}
	return cost{}, a.carried
}

// step is one arc of a path, with its direction or against it.
type step struct {
	arc  int
	back bool
}

// network is a flow from node 0 to node 1.
type network struct {
	nodes int
	arcs  []arc
}

func (n *network) node() int {
	n.nodes++
	return n.nodes - 1
}

func (n *network) add(a arc) int {
	n.arcs = append(n.arcs, a)
	return len(n.arcs) - 1
}

// cheapest finds the cheapest paths from node 0 to all others in what room is left (Bellman and Ford). With all set it starts from every
// node at once. It reports false when a cycle has a negative cost.
func (n *network) cheapest(all bool) (by []step, reached []bool, sound bool) {
	by, reached = make([]step, n.nodes), make([]bool, n.nodes)
	price := make([]cost, n.nodes)
	reached[0] = true
	for i := range reached {
		reached[i] = reached[i] || all
	}
	better := func(from, to int, last step, p cost) bool {
		if !reached[from] {
			return false
		}
		if p = price[from].plus(p); reached[to] && !p.less(price[to]) {
			return false
		}
		reached[to], price[to], by[to] = true, p, last
		return true
	}
	for range n.nodes + 1 {
		changed := false
		for i, a := range n.arcs {
			if p, room := a.more(); room > 0 && better(a.from, a.to, step{arc: i}, p) {
				changed = true
			}
			if p, room := a.fewer(); room > 0 && better(a.to, a.from, step{arc: i, back: true}, cost{}.minus(p)) {
				changed = true
			}
		}
		if !changed {
			return by, reached, true
		}
	}
	return by, reached, false
}

// fill sends households along the cheapest path until none is left to send (successive shortest paths).
func (n *network) fill() {
	for {
		by, reached, sound := n.cheapest(false)
		if !reached[1] || !sound {
			return
		}
		most := -1
		walk := func(do func(step)) {
			for at := 1; at != 0; {
				s := by[at]
				do(s)
				if a := n.arcs[s.arc]; s.back {
					at = a.to
				} else {
					at = a.from
				}
			}
		}
		walk(func(s step) {
			_, room := n.arcs[s.arc].more()
			if s.back {
				_, room = n.arcs[s.arc].fewer()
			}
			if most < 0 || room < most {
				most = room
			}
		})
		walk(func(s step) {
			if s.back {
				n.arcs[s.arc].carried -= most
			} else {
				n.arcs[s.arc].carried += most
			}
		})
	}
}

// best reports whether no other flow of the same size costs less: no cycle of what room is left has a negative cost.
func (n *network) best() bool {
	_, _, sound := n.cheapest(true)
	return sound
}

// solve finds how many households of each bond every active member keeps, and how many others each takes. Households alike, of one
// member and one bond, are one node. It gives nil when the flow is not whole or not the best.
func (s sorting) solve(limit int) (kept [][Kin + 1]int, taken []int) {
	n := &network{nodes: 2}
	pool := n.node()
	total := len(s.loose)
	n.add(arc{from: 0, to: pool, room: len(s.loose)})
	stays := make([][Kin + 1]int, len(s.active))
	takes := make([]int, len(s.active))
	for i := range s.active {
		total += s.before(i)
	}
	for i := range s.active {
		member := n.node()
		takes[i] = n.add(arc{from: pool, to: member, room: total})
		n.add(arc{from: member, to: 1, room: total, rises: true, limit: limit})
		for bond, held := range s.linked[i] {
			stays[i][bond] = -1
			if len(held) == 0 {
				continue
			}
			alike := n.node()
			n.add(arc{from: 0, to: alike, room: len(held)})
			stays[i][bond] = n.add(arc{from: alike, to: member, room: len(held)})
			n.add(arc{from: alike, to: pool, room: len(held), price: cut(Bond(bond))})
		}
	}
	n.fill()
	sent := 0
	for _, a := range n.arcs {
		if a.from == 0 {
			sent += a.carried
		}
	}
	if sent != total || !n.best() {
		return nil, nil
	}
	kept, taken = make([][Kin + 1]int, len(s.active)), make([]int, len(s.active))
	for i := range s.active {
		taken[i] = n.arcs[takes[i]].carried
		for bond, at := range stays[i] {
			if at >= 0 {
				kept[i][bond] = n.arcs[at].carried
			}
		}
	}
	return kept, taken
}
