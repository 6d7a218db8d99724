package accounts

import "hulian/data"

// Refusal is why something was not done, as people are told it.
type Refusal string

// Refusals.
const (
	ErrWrong             Refusal = "wrong"
	ErrLocked            Refusal = "locked"
	ErrSpent             Refusal = "spent"
	ErrWrongOld          Refusal = "wrong_old"
	ErrShort             Refusal = "short"
	ErrLong              Refusal = "long"
	ErrGuessed           Refusal = "guessed"
	ErrName              Refusal = "name"
	ErrShown             Refusal = "shown"
	ErrTaken             Refusal = "taken"
	ErrUnknown           Refusal = "unknown"
	ErrForbidden         Refusal = "forbidden"
	ErrDisabled          Refusal = "disabled"
	ErrLastAdministrator Refusal = "last_administrator"
	ErrSetUp             Refusal = "set_up"
	ErrToken             Refusal = "token"
	ErrTokenLabel        Refusal = "token_label"
	ErrTokenScope        Refusal = "token_scope"
	ErrTokenTime         Refusal = "token_time"
	ErrTokenOwner        Refusal = "token_owner"
	ErrTokenUnknown      Refusal = "token_unknown"
	ErrTokenMany         Refusal = "token_many"
	ErrAlert             Refusal = "alert"
	ErrAlertMany         Refusal = "alert_many"
	ErrAlertUnknown      Refusal = "alert_unknown"
	ErrMail              Refusal = "mail"
)

var refusals = map[Refusal]data.Text{
	ErrWrong:             {Zh: "账号或密码不对。", En: "The name or the password is wrong."},
	ErrLocked:            {Zh: "输错次数过多，请15分钟后再试，或请管理员解除限制。", En: "Wrong too often: try again in 15 minutes, or ask the administrator to unlock the account."},
	ErrSpent:             {Zh: "这个链接已经用过或已过期，请管理员重新生成。", En: "This link was used already or is too old: ask the administrator for a new one."},
	ErrWrongOld:          {Zh: "原密码不对。", En: "The old password is wrong."},
	ErrShort:             {Zh: "密码至少10个字符。", En: "A password has 10 characters or more."},
	ErrLong:              {Zh: "密码最多200个字符。", En: "A password has 200 characters at most."},
	ErrGuessed:           {Zh: "密码太容易猜到：不能含账号名，至少5个不同的字符，不能是连续或重复的字符。", En: "The password is easily guessed: it must not hold the account's name, a run or a repetition, and needs 5 different characters."},
	ErrName:              {Zh: "账号名须为1至64个字母、数字或汉字，不含空格。", En: "An account's name has 1 to 64 letters or digits and no space."},
	ErrShown:             {Zh: "姓名须为1至40个字符。", En: "The name people see has 1 to 40 characters."},
	ErrTaken:             {Zh: "已有这个账号。", En: "There is an account of this name already."},
	ErrUnknown:           {Zh: "没有这个账号。", En: "There is no account of this name."},
	ErrForbidden:         {Zh: "只有管理员可以管理账号。", En: "Only an administrator keeps accounts."},
	ErrDisabled:          {Zh: "这个账号已停用，请先启用。", En: "This account is disabled: enable it first."},
	ErrLastAdministrator: {Zh: "这是最后一个可用的管理员账号，请先另设一个。", En: "This is the last administrator who can sign in: make another one first."},
	ErrToken:             {Zh: "访问令牌无效、已过期或已作废，请在“访问令牌”页另建一个。", En: "The access token is unknown, too old or revoked: make another one on the page Access tokens."},
	ErrTokenLabel:        {Zh: "请写明令牌的用途，1至60个字符。", En: "Say what the token is for, in 1 to 60 characters."},
	ErrTokenScope:        {Zh: "请选择令牌的权限；令牌的权限不能超出账号本身的权限。", En: "Choose what the token may do; it can be no more than the account itself may."},
	ErrTokenTime:         {Zh: "有效期须为1至366天。", En: "A token holds for 1 to 366 days."},
	ErrTokenOwner:        {Zh: "只有本人可以管理自己的访问令牌。", En: "Only the owner of an account keeps its access tokens."},
	ErrTokenUnknown:      {Zh: "没有这个访问令牌，或者它已作废。", En: "There is no such access token, or it is revoked already."},
	ErrTokenMany:         {Zh: "有效的访问令牌最多20个，请先作废不用的。", En: "An account has 20 valid access tokens at most: revoke those that are not used."},
	ErrAlert:             {Zh: "请选择什么时候提醒；高于、低于时要填一个数。", En: "Choose when you want to be told; above and below need a number."},
	ErrAlertMany:         {Zh: "提醒最多50个，请先取消不用的。", En: "An account has 50 alerts at most: end those you do not need."},
	ErrAlertUnknown:      {Zh: "没有这个提醒，或者已经取消。", En: "There is no such alert, or it has ended already."},
	ErrMail:              {Zh: "邮箱地址不对，例如 name@example.com，最多200个字符。", En: "That is no address of mail, such as name@example.com, of 200 characters at most."},
	ErrSetUp:             {Zh: "首次设置已经完成。", En: "hulian has been set up already."},
}

// Text is the refusal in both languages.
func (r Refusal) Text() data.Text { return refusals[r] }

func (r Refusal) Error() string { return refusals[r].En }
