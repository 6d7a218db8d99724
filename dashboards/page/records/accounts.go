package records

import (
	"context"
	"errors"
	"slices"
	"time"

	"hulian/dashboards/accounts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/queries/reading"
)

// Accounts lists who may sign in, or shows what can be done with one account.
func Accounts(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.T("账号", "Accounts")}
	if r.Accounts == nil {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneQuiet, Title: r.T("这里没有账号", "No accounts are kept here")})
		return v, nil
	}
	all, err := r.Accounts(ctx)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, accountNotices(r)...)
	if name := r.Params.Get("account"); name != "" {
		i := slices.IndexFunc(all, func(a accounts.Account) bool { return a.Name == name })
		if i < 0 {
			return v, errors.Join(question.ErrUnknownUnit, errors.New("account="+name))
		}
		return oneAccount(r, v, all[i]), nil
	}
	v.Headline.Rest = r.Tf("共%d个账号", "%d accounts", len(all))
	v.Sentences = append(v.Sentences, r.T("新建和重置会给出一次性链接，由本人设置密码；每次改动都记入操作记录。", "Whoever is added or reset gets a link to be used once, by which that person sets the password. Every change stands in the audit trail."))
	v.Blocks = append(v.Blocks, view.Lead{}, accountTable(r, all), view.Form{Title: r.T("新建账号", "Add an account"), Address: "/accounts/add", Label: r.T("新建", "Add"),
		Text:   r.T("村书记、文书选村；支部书记选支部。其他角色不选，即全镇。", "A village secretary or clerk is held for a village, a branch secretary for a branch; leave both for roles of the whole town."),
		Fields: slices.Concat([]view.Field{{Name: "name", Label: r.T("账号名", "Account"), Limit: 64, Required: true}}, holderFields(r, accounts.Account{}), block.KeepLanguage(r))})
	return v, nil
}

// accountNotices say what has just been done, or why it was not.
func accountNotices(r block.Request) (blocks []view.Block) {
	if l := r.OneTime; l.Address != "" {
		blocks = append(blocks, view.Callout{Title: r.Tf("%s 的一次性链接，只显示这一次", "The link for %s, shown this once", l.Account), Text: l.Address,
			Next: r.T("请当面或用可靠方式交给本人：谁先打开，谁设置密码。邀请 7 天内有效，重置 24 小时内有效。", "Hand it over in person or by a channel you trust: whoever opens it first sets the password. An invitation holds 7 days, a reset 24 hours.")})
	}
	if r.Params.Get("done") != "" {
		blocks = append(blocks, view.Callout{Title: r.T("已完成，记入操作记录。", "Done, and in the audit trail.")})
	}
	if code := r.Params.Get("refused"); code != "" {
		why := accounts.Refusal(code).Text()
		switch code {
		case "scope":
			why = data.Text{Zh: "这个角色不能这样设范围：村书记、文书要选村，支部书记要选支部，其他角色不选。", En: "The role cannot be held for this place: a village secretary needs a village, a branch secretary a branch, other roles neither."}
		case "unit":
			why = data.Text{Zh: "没有这个村或支部，或者支部不属于所选的村。", En: "There is no such village or branch, or the branch belongs to another village."}
		}
		if why.In(r.Lang) != "" {
			blocks = append(blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("没有改动", "Nothing was changed"), Text: why.In(r.Lang)})
		}
	}
	return blocks
}

// accountTable lists the accounts.
func accountTable(r block.Request, all []accounts.Account) *view.Table {
	t := &view.Table{ID: "accounts", Stacked: true, Title: r.T("账号", "Accounts")}
	moment := func(at time.Time) view.Cell {
		if at.IsZero() {
			return view.Plain(reading.Missing)
		}
		return view.Plain(r.Clock(at).Format("2006-01-02 15:04"))
	}
	view.Fill(t, all,
		view.Of(view.Words(r.T("账号", "Account")), func(a accounts.Account) view.Cell {
			return view.Cell{Text: a.Name, Link: r.Link("accounts", question.With("account", a.Name))}
		}),
		view.Of(view.Words(r.T("姓名", "Name")), func(a accounts.Account) view.Cell { return view.Plain(a.Shown) }),
		view.Of(view.Words(r.T("角色", "Role")), func(a accounts.Account) view.Cell { return view.Plain(a.Role.Title().In(r.Lang)) }),
		view.Of(view.Words(r.T("范围", "For")), func(a accounts.Account) view.Cell { return view.Plain(scopeName(r, a.Scope)) }),
		view.Of(view.Words(r.T("状态", "State")), func(a accounts.Account) view.Cell { return accountState(r, a) }),
		view.Of(view.Day(r.T("建立", "Made")), func(a accounts.Account) view.Cell { return moment(a.Created) }),
		view.Of(view.Day(r.T("最近登录", "Last sign-in")), func(a accounts.Account) view.Cell { return moment(a.SignedIn) }))
	return t
}

func accountState(r block.Request, a accounts.Account) view.Cell {
	switch {
	case a.Disabled:
		return view.Cell{Text: r.T("已停用", "disabled"), Tone: view.ToneQuiet}
	case a.Invited:
		return view.Plain(r.T("已邀请，未设密码", "invited, no password yet"))
	default:
		return view.Plain(r.T("可登录", "can sign in"))
	}
}

// scopeName is what a role is held for, in words.
func scopeName(r block.Request, s visitor.Scope) string {
	switch {
	case s.Member != "":
		return r.Tf("本人（%s）", "himself (%s)", s.Member)
	case s.Branch != "":
		return r.Name(s.Branch)
	case s.Village != "":
		return r.Name(s.Village)
	default:
		return r.T("全镇", "the whole town")
	}
}

// oneAccount offers what can be done with an account.
func oneAccount(r block.Request, v view.View, a accounts.Account) view.View {
	v.Sentences = append(v.Sentences, r.Tf("%[1]s（%[2]s）：%[3]s，%[4]s，%[5]s。", "%[1]s (%[2]s): %[3]s, %[4]s, %[5]s.", a.Shown, a.Name, a.Role.Title().In(r.Lang), scopeName(r, a.Scope), accountState(r, a).Text))
	named := func() []view.Field {
		return slices.Concat([]view.Field{{Name: "name", Value: a.Name, Hidden: true}}, block.KeepLanguage(r))
	}
	does := func(action, title, text, label string, more ...view.Field) view.Form {
		return view.Form{Title: title, Text: text, Label: label, Address: "/accounts/" + action, Fields: append(more, named()...)}
	}
	v.Blocks = append(v.Blocks, does("change", r.T("姓名、角色和范围", "Name, role and place"), r.T("角色或范围变了，已登录的立即退出。", "Sessions end where the role or the place is another."), r.T("保存", "Save"), holderFields(r, a)...))
	if a.Disabled {
		v.Blocks = append(v.Blocks, does("enable", r.T("启用", "Enable"), r.T("重新可以登录，密码不变。", "It can sign in again, with the password it had."), r.T("启用", "Enable")))
	} else {
		v.Blocks = append(v.Blocks,
			does("reset", r.T("重置密码", "Reset the password"), r.T("给出一次性链接，旧链接作废；设好新密码前旧密码仍有效。", "Makes a link to be used once; older links are void. The old password holds until a new one is set."), r.T("生成链接", "Make a link")),
			does("unlock", r.T("解除登录限制", "Unlock"), r.T("因多次输错密码被限制时使用。", "Where wrong passwords were given too often."), r.T("解除", "Unlock")),
			does("disable", r.T("停用", "Disable"), r.T("不能再登录，已登录的立即退出；账号名保留。", "It can no longer sign in and its sessions end at once; its name stays taken."), r.T("停用", "Disable")))
	}
	v.Blocks = append(v.Blocks, view.Callout{Next: r.T("回到全部账号", "Back to all accounts"), Link: r.Link("accounts", question.With("account", ""), question.With("done", ""), question.With("refused", ""))})
	return v
}

// holderFields ask what an account is for.
func holderFields(r block.Request, a accounts.Account) []view.Field {
	roles := []view.Choice{}
	if a.Role == "" {
		a.Role = visitor.Clerk // whoever does not choose gives little away
	}
	for _, role := range visitor.Roles() {
		roles = append(roles, view.Choice{Value: string(role), Name: role.Title().In(r.Lang), Chosen: role == a.Role})
	}
	none := view.Choice{Name: r.T("不选", "none")}
	villages, branches := []view.Choice{none}, []view.Choice{none}
	for _, u := range r.Villages {
		villages = append(villages, view.Choice{Value: u.ID, Name: u.Name, Chosen: u.ID == a.Scope.Village})
	}
	for _, u := range r.Branches {
		branches = append(branches, view.Choice{Value: u.ID, Name: r.Name(u.VillageID) + " · " + u.Name, Chosen: u.ID == a.Scope.Branch})
	}
	return []view.Field{
		{Name: "shown", Label: r.T("姓名", "Name people see"), Value: a.Shown, Limit: 40},
		{Name: "role", Label: r.T("角色", "Role"), Choices: roles},
		{Name: "village", Label: r.T("村", "Village"), Choices: villages},
		{Name: "branch", Label: r.T("支部", "Branch"), Choices: branches},
	}
}
