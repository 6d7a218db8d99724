package month

import (
	"cmp"
	"context"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/records"
	"hulian/dashboards/view"
)

// Issued completes the letterhead of a paper that is made of one page: who issues it, for which month, on what it stands, and that it is
// a draft as long as its month is not signed.
func Issued(ctx context.Context, r block.Request, v view.View) {
	l := v.Letterhead
	issuer := r.Tf("%s党委", "Party committee of %s", r.Town.Name)
	if r.Unit().Level != facts.LevelTown {
		issuer = r.Tf("%s党总支", "General branch of %s", r.Name(r.Village))
	}
	l.Issuer, l.Period = cmp.Or(l.Issuer, issuer), cmp.Or(l.Period, r.MonthName(r.Month))
	l.Basis = append(l.Basis, r.Tf("数据截至 %s；快照第 %d 版，校验码 %.16s。", "Data as of %s; snapshot %d, hash %.16s.", r.CutOff.Format("2006-01-02"), r.Generation, r.Hash))
	if s := closingState(ctx, r, true); s != "" {
		l.Basis = append(l.Basis, s)
	}
	l.Date, l.Draft = issuedOn(ctx, r)
	if names := records.PoorVillages(r); len(names) > 0 {
		l.Basis = append(l.Basis, r.Tf("数据不足以判断、只列数值不作评价的村：%s。", "Data too poor to judge, values shown and not judged: %s.", strings.Join(names, r.T("、", ", "))))
	}
	if v.Marked() {
		l.Basis = append(l.Basis, signsExplained(r))
	}
}

// signsExplained says what the signs in tables mean.
func signsExplained(r block.Request) string {
	return r.T("表中符号：▲ 好转、▼ 变差，都是与本单位过去相比、超出正常波动的变化；“明显落后”“明显领先”是与同类单位相比；○ 基数小、月份少、未满期或数据不足，只列数值、不作评价。", "Signs in tables: ▲ better and ▼ worse than the unit's own past, beyond ordinary variation; clearly behind and clearly ahead are against its like; ○ a small base, too few months, not ripe or poor data: shown and not judged.")
}
