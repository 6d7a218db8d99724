package trail

import (
	"strings"

	"hulian/data"
)

// Action is the stable name of something people do.
type Action string

// Actions. What Object holds of each stands behind it.
const (
	SignedIn         Action = "signed_in"
	SignInRefused    Action = "sign_in_refused" // account that was tried; empty where there is none of that name
	SignInLocked     Action = "sign_in_locked"  // likewise
	SignedOut        Action = "signed_out"
	ViewedEvidence   Action = "viewed_evidence"  // person
	ExportedPersons  Action = "exported_persons" // table
	ExportedTrail    Action = "exported_trail"
	IssuedReport     Action = "issued_report"    // kind, month, unit, format, for whom, how many numbers were withheld
	ReleasedReport   Action = "released_report"  // a paper that a second person accepted
	PublishedReport  Action = "published_report" // kind, month, unit, for whom: issued with the closing of its month
	TookPaper        Action = "took_paper"       // likewise, and which version: a file that was kept was taken away
	Queried          Action = "queried"          // hash of the question, why it was refused, its text
	Uploaded         Action = "uploaded"         // FileObject
	NamedColumns     Action = "named_columns"    // file
	Accepted         Action = "accepted"         // file
	UploadAccepted   Action = "upload_accepted"  // names of files, by a second person
	UploadRefused    Action = "upload_refused"   // likewise
	SetAside         Action = "set_aside"        // file or row
	TookBack         Action = "took_back"        // file or row
	Waived           Action = "waived"           // problem
	SaidNothing      Action = "said_nothing"     // export and month
	TookNothingBack  Action = "took_nothing_back"
	TickedOff        Action = "ticked_off" // kinds of things to do, and how many
	TookTickBack     Action = "took_tick_back"
	Entered          Action = "entered" // export
	Started          Action = "started" // pipeline
	Paused           Action = "paused"  // pipeline
	Resumed          Action = "resumed" // pipeline
	Checked          Action = "checked" // month
	Signed           Action = "signed"  // month
	Reopened         Action = "reopened"
	ChangedStandard  Action = "changed_standard"   // path of the setting
	ProposedStandard Action = "proposed_standard"  // likewise, for a second person
	AcceptedStandard Action = "accepted_standard"  // likewise, by a second person
	RefusedStandard  Action = "refused_standard"   // likewise
	ChangedSentence  Action = "changed_sentence"   // its ID
	TookSentenceBack Action = "took_sentence_back" // likewise
	KeptMap          Action = "kept_map"           // how many villages it shows, of how many
	RemovedMap       Action = "removed_map"
	Searched         Action = "searched" // nothing: what was looked for may be a name
	SetUp            Action = "set_up"
	AccountMade      Action = "account_made" // account, as of all that follow
	AccountChanged   Action = "account_changed"
	AccountDisabled  Action = "account_disabled"
	AccountEnabled   Action = "account_enabled"
	AccountUnlocked  Action = "account_unlocked"
	LinkMade         Action = "link_made"
	PasswordSet      Action = "password_set"
	PasswordChanged  Action = "password_changed"
	PasswordRefused  Action = "password_refused"
	LinkRefused      Action = "link_refused"
	TokenMade        Action = "token_made"       // account, label and scopes of the token
	TokenRevoked     Action = "token_revoked"    // account and label
	Subscribed       Action = "subscribed"       // measure, unit and when
	Unsubscribed     Action = "unsubscribed"     // likewise
	MailSet          Action = "mail_set"         // nothing: the address is personal
	TokenRefused     Action = "token_refused"    // account; empty where there is no such token
	RequestedBeyond  Action = "requested_beyond" // address of the page or the action
)

// actions are all there are, each with its sentence; %s stands for the object.
var actions = map[Action]data.Text{
	SignedIn:         {Zh: "登录", En: "signed in"},
	SignInRefused:    {Zh: "登录被拒：%s", En: "was refused sign-in: %s"},
	SignInLocked:     {Zh: "多次输错后登录暂停：%s", En: "was locked out after several wrong passwords: %s"},
	SignedOut:        {Zh: "退出登录", En: "signed out"},
	ViewedEvidence:   {Zh: "查看 %s 的个人材料", En: "viewed the evidence about %s"},
	ExportedPersons:  {Zh: "导出含个人信息的表 %s", En: "exported the personal rows of %s"},
	ExportedTrail:    {Zh: "导出操作记录", En: "exported the audit trail"},
	ReleasedReport:   {Zh: "取出已复核的公示文件 %s", En: "took out a paper that was accepted: %s"},
	IssuedReport:     {Zh: "生成文件 %s", En: "made the paper %s"},
	PublishedReport:  {Zh: "印发文件 %s", En: "issued the paper %s"},
	TookPaper:        {Zh: "取出留存的文件 %s", En: "took out the kept paper %s"},
	Queried:          {Zh: "用 SQL 查询数据：%s", En: "asked in SQL: %s"},
	Uploaded:         {Zh: "上传 %s", En: "uploaded %s"},
	NamedColumns:     {Zh: "确认 %s 各列的含义", En: "said what the columns of %s hold"},
	Accepted:         {Zh: "放行 %s", En: "accepted %s"},
	UploadAccepted:   {Zh: "复核同意采用 %s", En: "accepted, as a second person, what was handed in: %s"},
	UploadRefused:    {Zh: "复核退回 %s", En: "refused, as a second person, what was handed in: %s"},
	SetAside:         {Zh: "不采用 %s", En: "set %s aside"},
	TookBack:         {Zh: "恢复采用 %s", En: "took %s back"},
	Waived:           {Zh: "免于整改问题 %s", En: "waived the problem %s"},
	SaidNothing:      {Zh: "说明本月无可报：%s", En: "said that there was nothing to report: %s"},
	TookNothingBack:  {Zh: "撤回“无可报”：%s", En: "took back that there was nothing to report: %s"},
	TickedOff:        {Zh: "勾选已办：%s", En: "ticked as done: %s"},
	TookTickBack:     {Zh: "撤回已办：%s", En: "took back what was ticked as done: %s"},
	Entered:          {Zh: "填写 %s", En: "entered rows of %s"},
	Started:          {Zh: "启动运行 %s", En: "started the pipeline %s"},
	Paused:           {Zh: "暂停 %s", En: "paused the pipeline %s"},
	Resumed:          {Zh: "恢复 %s", En: "resumed the pipeline %s"},
	Checked:          {Zh: "核对 %s", En: "checked the month %s"},
	Signed:           {Zh: "签发 %s", En: "signed the month %s"},
	Reopened:         {Zh: "重新打开 %s", En: "reopened the month %s"},
	ChangedStandard:  {Zh: "修改工作标准：%s", En: "changed the standard: %s"},
	ProposedStandard: {Zh: "提出修改工作标准：%s", En: "proposed another standard: %s"},
	AcceptedStandard: {Zh: "复核同意修改工作标准：%s", En: "accepted, as a second person, another standard: %s"},
	RefusedStandard:  {Zh: "复核退回工作标准的修改：%s", En: "refused, as a second person, another standard: %s"},
	ChangedSentence:  {Zh: "改写文件用语：%s", En: "changed the sentence of papers: %s"},
	TookSentenceBack: {Zh: "撤回文件用语的修改：%s", En: "took a change of a sentence back: %s"},
	KeptMap:          {Zh: "上传村界图（对应村数：%s）", En: "handed in the town's map (villages it shows: %s)"},
	RemovedMap:       {Zh: "删除村界图", En: "removed the town's map"},
	Searched:         {Zh: "搜索人员、农户和问题", En: "searched for persons, households and issues"},
	SetUp:            {Zh: "完成首次设置，建立账号 %s", En: "set hulian up with the account %s"},
	AccountMade:      {Zh: "新建账号 %s", En: "made the account %s"},
	AccountChanged:   {Zh: "修改账号 %s", En: "changed the account %s"},
	AccountDisabled:  {Zh: "停用账号 %s", En: "disabled the account %s"},
	AccountEnabled:   {Zh: "启用账号 %s", En: "enabled the account %s"},
	AccountUnlocked:  {Zh: "解除账号 %s 的登录限制", En: "unlocked the account %s"},
	LinkMade:         {Zh: "为账号 %s 生成一次性链接", En: "made a one-time link for the account %s"},
	PasswordSet:      {Zh: "通过一次性链接设置账号 %s 的密码", En: "set the password of %s by a one-time link"},
	PasswordChanged:  {Zh: "修改密码", En: "changed the password"},
	PasswordRefused:  {Zh: "修改密码时旧密码有误", En: "gave a wrong old password for changing it"},
	LinkRefused:      {Zh: "使用了无效或过期的链接", En: "used a link that is spent or was never made"},
	TokenMade:        {Zh: "生成访问令牌 %s", En: "made the access token %s"},
	TokenRevoked:     {Zh: "作废访问令牌 %s", En: "revoked the access token %s"},
	Subscribed:       {Zh: "订阅提醒：%s", En: "asked to be told of %s"},
	Unsubscribed:     {Zh: "取消提醒：%s", En: "ended the alert %s"},
	MailSet:          {Zh: "设置接收提醒的邮箱", En: "set where alerts come by mail"},
	TokenRefused:     {Zh: "使用了无效、过期或已作废的访问令牌 %s", En: "used an access token that is unknown, too old or revoked: %s"},
	RequestedBeyond:  {Zh: "请求权限之外的内容：%s", En: "asked for what the role does not allow: %s"},
}

// Actions lists every action.
func Actions() []Action {
	return []Action{
		SignedIn, SignInRefused, SignInLocked, SignedOut, ViewedEvidence, ExportedPersons, ExportedTrail, IssuedReport, ReleasedReport, PublishedReport, TookPaper, Queried, Uploaded, NamedColumns, Accepted, UploadAccepted, UploadRefused, SetAside,
		TookBack, Waived, SaidNothing, TookNothingBack, TickedOff, TookTickBack, Entered, Started, Paused, Resumed, Checked, Signed, Reopened, ChangedStandard, ProposedStandard, AcceptedStandard, RefusedStandard, ChangedSentence, TookSentenceBack, KeptMap, RemovedMap, Searched, SetUp, AccountMade, AccountChanged,
		AccountDisabled, AccountEnabled, AccountUnlocked, LinkMade, PasswordSet, PasswordChanged, PasswordRefused, LinkRefused, TokenMade,
		TokenRevoked, Subscribed, Unsubscribed, MailSet, TokenRefused, RequestedBeyond,
	}
}

// Outcome is how an action ended.
type Outcome string

// Outcomes.
const (
	Done   Outcome = "done"
	Denied Outcome = "denied" // by a rule: role, password, state
	Failed Outcome = "failed" // tried, and an error came between
)

var outcomes = map[Outcome]data.Text{
	Done:   {Zh: "完成", En: "done"},
	Denied: {Zh: "被拒绝", En: "denied"},
	Failed: {Zh: "未成功", En: "failed"},
}

// Words is an outcome in words.
func (o Outcome) Words() data.Text { return outcomes[o] }

// Sentence says in a language (zh, en) what was done, without who and when.
func (e Entry) Sentence(lang string) string {
	sentence := actions[e.Action].In(lang)
	if sentence == "" {
		sentence = string(e.Action) + " %s" // of a newer program
	}
	object := e.Object
	if object == "" {
		object = data.Text{Zh: "（未指明）", En: "(not named)"}.In(lang)
	}
	if setting, ok := data.SettingOf(object); ok {
		object = setting.Name.In(lang)
	} else if lang != "en" && e.Object != "" {
		object = inChinese(e.Action, object)
	}
	return strings.ReplaceAll(sentence, "%s", object)
}
