package model

import (
	"math"
	"slices"
	"strconv"
	"time"
)

type rated struct {
	row
	place
	start, end time.Time
	result     *float64
}

// period gives the first and last day of 2017, 2017H2, 2017Q3 or 2017-08.
func period(text string) (start, end time.Time) {
	year, _ := strconv.Atoi(text[:4])
	first, months := 1, 12
	switch {
	case len(text) == 6 && text[4] == 'H':
		first, months = int(text[5]-'1')*6+1, 6
	case len(text) == 6 && text[4] == 'Q':
		first, months = int(text[5]-'1')*3+1, 3
	case len(text) == 7:
		first, _ = strconv.Atoi(text[5:])
		months = 1
	}
	start = time.Date(year, time.Month(first), 1, 0, 0, 0, 0, time.UTC)
	return start, start.AddDate(0, months, -1)
}

func (r *reference) ratings() {
	var all []rated
	told := map[[2]string]bool{} // town and period of which a day of publication is told
	for _, x := range r.tables["exports.ratings"] {
		start, end := period(x.text("period"))
		if end.After(r.cutOff) {
			continue
		}
		one := rated{row: x, place: r.branchPlace(x.text("branch_id"), end), start: start, end: end}
		one.result = r.measuredResult(one)
		all = append(all, one)
		if _, ok := x.when("published_on"); ok {
			told[[2]string{one.town, x.text("period")}] = true
		}
	}
	for _, month := range r.months {
		asOf := r.asOf(month)
		newest := map[string]rated{} // by town
		for _, x := range all {
			have, ok := newest[x.town]
			if !x.end.After(asOf) && (!ok || x.end.After(have.end) || x.end.Equal(have.end) && x.start.After(have.start)) {
				newest[x.town] = x
			}
		}
		units := map[[2]string][]rated{}
		for _, x := range all {
			if newest[x.town].text("period") != x.text("period") {
				continue
			}
			r.add("stars_mean", x.place, month, x.number("stars"), 1)
			if told[[2]string{x.town, x.text("period")}] {
				on, ok := x.when("published_on")
				r.add("ratings_published", x.place, month, one(ok && !on.After(asOf)), 1)
			} else {
				r.add("ratings_published", x.place, month, 0, 0)
			}
			units[[2]string{"town", x.town}] = append(units[[2]string{"town", x.town}], x)
			units[[2]string{"village", x.village}] = append(units[[2]string{"village", x.village}], x)
		}
		for unit, list := range units {
			r.spread(unit, month, list)
			r.agreement(unit, month, list)
		}
		year := asOf.Year()
		if !asOf.Equal(time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC)) {
			year--
		}
		r.lastTwice(all, year, month)
	}
}

// lastTwice counts the branches last of their village in the yearly ratings of a year and the one before. Of a branch that
// was last, with no rating of the year before, it is not known, nor then of its village.
func (r *reference) lastTwice(all []rated, year int, month string) {
	villages := map[string][]*float64{}
	towns := map[string]string{}
	for _, x := range all {
		if x.text("period") != strconv.Itoa(year) || !r.allRated(all, x) {
			continue
		}
		before := slices.IndexFunc(all, func(o rated) bool {
			return o.branch == x.branch && o.text("period") == strconv.Itoa(year-1) && r.allRated(all, o)
		})
		var answer *float64
		switch no, yes := 0., 1.; {
		case !r.lastAlone(all, x), before >= 0 && !r.lastAlone(all, all[before]):
			answer = &no
		case before >= 0:
			answer = &yes
		}
		villages[x.village] = append(villages[x.village], answer)
		towns[x.village] = x.town
		r.setAnswers("branch", x.branch, month, []*float64{answer})
	}
	whole := map[string][]*float64{}
	for village, answers := range villages {
		r.setAnswers("village", village, month, answers)
		if !slices.Contains(answers, nil) {
			whole[towns[village]] = append(whole[towns[village]], answers...)
		} else if whole[towns[village]] == nil {
			whole[towns[village]] = []*float64{}
		}
	}
	for town, answers := range whole {
		r.setAnswers("town", town, month, answers)
	}
}

func (r *reference) setAnswers(level, unit, month string, answers []*float64) {
	sum, known := 0.0, 0.0
	for _, a := range answers {
		if a != nil {
			sum, known = sum+*a, known+1
		}
	}
	var value *float64
	if known == float64(len(answers)) && known > 0 {
		value = &sum
	}
	r.set("bottom_twice", level, unit, month, sum, known, value)
}

// allRated: two branches of the village or more were rated for the period, and as many as were registered in it at its end.
func (r *reference) allRated(all []rated, x rated) bool {
	n, registered := 0, 0
	for _, o := range all {
		if o.village == x.village && o.text("period") == x.text("period") {
			n++
		}
	}
	for _, versions := range r.stays {
		for _, v := range versions {
			if v.text("village_id") == x.village && !v.from.After(x.end) && x.end.Before(v.until) {
				registered++
			}
		}
	}
	return n >= 2 && n >= registered
}

// rankOf is the exported rank where all branches of the village have one, else by stars and, where all have the scores, their sum.
func rankOf(all []rated, x rated) float64 {
	ranked, scored := true, true
	var peers []rated
	for _, o := range all {
		if o.village == x.village && o.text("period") == x.text("period") {
			peers = append(peers, o)
			ranked = ranked && o.row["rank"] != nil
			scored = scored && o.row["operation"] != nil && o.row["effect"] != nil && o.row["cooperation"] != nil
		}
	}
	if ranked {
		return x.number("rank")
	}
	rank := 1.0
	for _, o := range peers {
		if better(o, x, scored) {
			rank++
		}
	}
	return rank
}

// lastAlone: no other of the village has as high a rank.
func (r *reference) lastAlone(all []rated, x rated) bool {
	for _, o := range all {
		if o.branch != x.branch && o.village == x.village && o.text("period") == x.text("period") && rankOf(all, o) >= rankOf(all, x) {
			return false
		}
	}
	return true
}

// measuredResult is the mean of the shares that have a base, summed over the months of the period. A share of which more of these months
// are unknown than the programme allows counts for nothing.
func (r *reference) measuredResult(x rated) *float64 {
	var shares []float64
	for _, measure := range []string{"on_time_rate", "household_coverage", "reconciliation_rate"} {
		num, den, months, lacking := 0.0, 0.0, 0.0, 0.0
		for m := x.start; !m.After(x.end); m = m.AddDate(0, 1, 0) {
			v := r.shown[[3]string{measure, x.branch, monthOf(m)}]
			num, den, months = num+v[0], den+v[1], months+1
			if !slices.Contains(r.months, monthOf(m)) || r.silent[unknownKey{measure, x.village, monthOf(m)}] != "" {
				lacking++
			}
		}
		if allowed := months * (100 - math.Round(100*r.rules.DataQuality.Threshold)) / 100; den > 0 && lacking <= allowed {
			shares = append(shares, num/den)
		}
	}
	if len(shares) == 0 {
		return nil
	}
	mean := 0.0
	for _, s := range shares {
		mean += s / float64(len(shares))
	}
	return &mean
}

func (r *reference) spread(unit [2]string, month string, list []rated) {
	mean := 0.0
	for _, x := range list {
		mean += x.number("stars") / float64(len(list))
	}
	squares := 0.0
	for _, x := range list {
		squares += (x.number("stars") - mean) * (x.number("stars") - mean)
	}
	var value *float64
	if n := float64(len(list) - 1); n > 0 {
		v := math.Sqrt(squares / n)
		value = &v
	}
	r.set("rating_spread", unit[0], unit[1], month, squares, float64(len(list)-1), value)
}

func (r *reference) agreement(unit [2]string, month string, list []rated) {
	var stars, results []float64
	for _, x := range list {
		if x.result != nil {
			stars = append(stars, x.number("stars"))
			results = append(results, math.Round(*x.result*1e12)/1e12)
		}
	}
	n := float64(len(stars))
	var value *float64
	if v, ok := pearson(places(stars), places(results)); ok && n > 2 {
		value = &v
	}
	if n > 0 {
		r.set("rating_agreement", unit[0], unit[1], month, n, n, value)
	}
}

// places are mean ranks: one more than how many are smaller, plus half of how many others are equal.
func places(x []float64) []float64 {
	ranks := make([]float64, len(x))
	for i, a := range x {
		ranks[i] = 1
		for j, b := range x {
			if b < a {
				ranks[i]++
			} else if b == a && i != j {
				ranks[i] += .5
			}
		}
	}
	return ranks
}

func pearson(x, y []float64) (float64, bool) {
	n := float64(len(x))
	var sx, sy, sxx, syy, sxy float64
	for i := range x {
		sx, sy = sx+x[i], sy+y[i]
		sxx, syy, sxy = sxx+x[i]*x[i], syy+y[i]*y[i], sxy+x[i]*y[i]
	}
	below := (n*sxx - sx*sx) * (n*syy - sy*sy)
	if below <= 0 {
		return 0, false
	}
	return (n*sxy - sx*sy) / math.Sqrt(below), true
}

func better(a, b rated, scored bool) bool {
	if a.number("stars") != b.number("stars") || !scored {
		return a.number("stars") > b.number("stars")
	}
	score := func(x rated) float64 { return x.number("operation") + x.number("effect") + x.number("cooperation") }
	return score(a) > score(b)
}
