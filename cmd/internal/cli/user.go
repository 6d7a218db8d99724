package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/dashboards/accounts"
	"hulian/dashboards/sqlite"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

func newUserCommand(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "user",
		Short: "Keep the accounts by which people sign in",
		Long: document(`Keeps who may sign in to the pages, as what and for which part of the town. Somebody who is added gets a link that can be
used once, by which he sets his password himself. Every change stands in the audit trail ("hulian trail").
管理登录账号：新建、列出、重置密码、停用、启用、解除登录限制。新建和重置会给出一次性链接，由本人自行设置密码；每次改动都记入操作记录。

`+rolesInWords(), endsPlainly),
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newUserAddCommand(p), newUserChangeCommand(p), newUserListCommand(p), newUserResetCommand(p), newUserTokenCommand(p),
		newUserNamedCommand(p, "disable", "Keep an account from signing in, and end its sessions",
			`Keeps an account from signing in, ends its sessions at once and voids its links. Its name stays taken, so that the audit
trail means one person. The last administrator cannot be disabled.
停用账号：不能再登录，已登录的立即退出。`, (*accounts.Store).Disable),
		newUserNamedCommand(p, "enable", "Let a disabled account sign in again",
			`Lets a disabled account sign in again, with the password it had.
重新启用已停用的账号，密码不变。`, (*accounts.Store).Enable),
		newUserNamedCommand(p, "unlock", "Let an account try again that gave wrong passwords too often",
			`Forgets the wrong passwords of an account. An address that gave five within 15 minutes must wait otherwise; from other
addresses the account signs in meanwhile.
解除因多次输错密码造成的登录限制。`, (*accounts.Store).Unlock))
	return cmd
}

// rolesInWords lists the roles for help.
func rolesInWords() string {
	lines := []string{"Roles / 角色:"}
	for _, r := range visitor.Roles() {
		lines = append(lines, fmt.Sprintf("  %-18s %s / %s", r, r.Title().En, r.Title().Zh))
	}
	return strings.Join(lines, "\n")
}

// holderFlags are what an account is made of.
type holderFlags struct{ shown, role, village, branch string }

func (f *holderFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.shown, "name", "", "name that people see (default: the account's)")
	cmd.Flags().StringVar(&f.role, "role", "", "what the account is for; see hulian user --help")
	cmd.Flags().StringVar(&f.village, "village", "", "ID of the village it is held for")
	cmd.Flags().StringVar(&f.branch, "branch", "", "ID of the branch it is held for")
}

// holder is the account as the flags say. Villages and branches are looked up in what is published.
func (p *program) holder(ctx context.Context, c config.Config, name string, f holderFlags) (accounts.Holder, error) {
	role := visitor.Role(f.role)
	if !role.Known() {
		var all []string
		for _, r := range visitor.Roles() {
			all = append(all, string(r))
		}
		return accounts.Holder{}, unknown("role", f.role, all, "hulian user --help")
	}
	h := accounts.Holder{Name: name, Shown: f.shown, Role: role, Scope: visitor.Scope{Village: f.village, Branch: f.branch}}
	if f.village == "" && f.branch == "" {
		return h, nil
	}
	units, err := p.ask(ctx, c, "select level, unit_id, village_id from units where level <> 'town' order by unit_id")
	if errors.Is(err, pipelines.ErrNotPublished) {
		p.say("warning: nothing is published yet, so that the village and branch are taken as they are\n")
		return h, nil
	}
	if err != nil {
		return h, err
	}
	known := accounts.Units{Branches: map[string]string{}}
	for _, row := range units.Rows {
		if level, id := fmt.Sprint(row[0]), fmt.Sprint(row[1]); level == "village" {
			known.Villages = append(known.Villages, id)
		} else if level == "branch" {
			known.Branches[id] = fmt.Sprint(row[2])
		}
	}
	h.Scope, err = known.Place(h.Scope)
	var unit *accounts.UnitError
	switch {
	case !errors.As(err, &unit):
		return h, err
	case unit.In != "":
		return h, &pipelines.Fault{Op: "read branch", At: unit.ID, Err: usage(pipelines.Errorf("it belongs to village %s", unit.In)), Next: "--village " + unit.In}
	default:
		return h, unknown(unit.Level, unit.ID, unit.Known, fmt.Sprintf(`hulian query "select unit_id, unit_name from units where level = '%s'"`, unit.Level))
	}
}

// database opens the accounts and the trail of a town. absent: there is no file, and none is made where make is false.
func (p *program) database(ctx context.Context, c config.Config, create bool) (db *sqlite.DB, absent bool, err error) {
	path := filepath.Join(c.Dir, sqlite.FileName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !create {
		return nil, true, nil
	}
	db, err = sqlite.Open(ctx, path)
	return db, false, err
}

// operator is who runs the command.
func operator() visitor.Visitor {
	name := "unknown"
	if current, err := user.Current(); err == nil {
		name = current.Username
	}
	return visitor.Operator(name, visitor.CLI)
}

// withAccounts does something with the accounts of a town.
func (p *program) withAccounts(cmd *cobra.Command, c config.Config, name string, do func(*accounts.Store, accounts.Act) error) (err error) {
	db, absent, err := p.database(cmd.Context(), c, cmd.Name() == "add")
	if err != nil {
		return err
	}
	if absent {
		return &pipelines.Fault{Op: cmd.CommandPath(), At: name, Err: usage(pipelines.Errorf("there are no accounts in %s", c.Dir)), Next: "hulian user add NAME --role ROLE, or --dir with the town's folder"}
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	store, err := accounts.Open(db, accounts.Options{})
	if err != nil {
		return err
	}
	return p.refused(cmd, store, name, do(store, accounts.Act{By: operator()}))
}

// refused says of a refusal what to do.
func (p *program) refused(cmd *cobra.Command, store *accounts.Store, name string, err error) error {
	var refusal accounts.Refusal
	switch {
	case errors.Is(err, accounts.ErrUnknown):
		all, listErr := store.List(cmd.Context(), operator())
		if listErr != nil {
			return errors.Join(err, listErr)
		}
		var names []string
		for _, a := range all {
			names = append(names, a.Name)
		}
		return unknown("account", name, names, "hulian user list")
	case errors.As(err, &refusal), errors.Is(err, visitor.ErrScope):
		next := map[accounts.Refusal]string{
			accounts.ErrTaken: "hulian user reset %s, or another name", accounts.ErrDisabled: "hulian user enable %s",
			accounts.ErrLastAdministrator: "hulian user add NAME --role administrator",
		}[refusal]
		if errors.Is(err, visitor.ErrScope) {
			next = "--village and --branch as the role needs them; hulian user --help"
		}
		fault := &pipelines.Fault{Op: cmd.CommandPath(), At: name, Err: usage(err), Next: next}
		if strings.Contains(next, "%s") {
			fault.With = []any{name}
		}
		return fault
	}
	return err
}

// link writes the address by which somebody sets his password.
func (p *program) link(c config.Config, address, token, owner string) {
	address = cmp.Or(address, c.Server.Address, "http://"+c.Listen)
	p.say("for %s, to be used once; an invitation holds 7 days, a reset 24 hours:\n", owner)
	fmt.Fprintf(p.Out, "%s/invitation/%s\n", strings.TrimSuffix(address, "/"), token)
}

const addressUsage = "address people open the pages by, such as https://hulian.example (default: server.address of hulian.yaml, else that of listen)"

func newUserAddCommand(p *program) *cobra.Command {
	var f holderFlags
	var address string
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Make an account, and a link by which its owner sets the password",
		Long: document(`Makes an account and writes a link to hand over. Whoever opens it first sets the password, so hand it over in person or by a
channel you trust. It can be used once, within seven days; "hulian user reset" makes another one.
新建账号并给出一次性链接（7天内有效），请当面或用可靠方式交给本人。`, endsAsked),
		Example: "  hulian user add wang --name 王样本 --role village_secretary --village V07\n  hulian user add office --role office --address https://hulian.example",
		Args:    exactly(1, "NAME"),
		RunE: func(cmd *cobra.Command, names []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			h, err := p.holder(cmd.Context(), c, names[0], f)
			if err != nil {
				return err
			}
			return p.withAccounts(cmd, c, names[0], func(s *accounts.Store, act accounts.Act) error {
				a, token, err := s.Add(cmd.Context(), act, h)
				if err == nil {
					p.link(c, address, token, a.Shown)
				}
				return err
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&address, "address", "", addressUsage)
	config.AddFlags(cmd.Flags(), append(slices.Clone(reading), "listen")...)
	return cmd
}

func newUserChangeCommand(p *program) *cobra.Command {
	var f holderFlags
	cmd := &cobra.Command{
		Use:   "change NAME",
		Short: "Give an account another role, place or name to see",
		Long: document(`Gives an account the role, place and name of the flags; what is left out is empty afterwards. Its sessions end where the role or
the place is another.
修改账号的角色、范围或姓名；角色或范围变了，已登录的立即退出。`, endsAsked),
		Example: "  hulian user change wang --name 王样本 --role office",
		Args:    exactly(1, "NAME"),
		RunE: func(cmd *cobra.Command, names []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			h, err := p.holder(cmd.Context(), c, names[0], f)
			if err != nil {
				return err
			}
			return p.withAccounts(cmd, c, names[0], func(s *accounts.Store, act accounts.Act) error { return s.Change(cmd.Context(), act, h) })
		},
	}
	f.add(cmd)
	config.AddFlags(cmd.Flags(), reading...)
	return cmd
}

func newUserListCommand(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the accounts",
		Long: document(`Writes every account with its role, what it is held for, whether it can sign in and when it last did.
列出所有账号。`, endsAsked),
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, location, err := p.configIn(cmd)
			if err != nil {
				return err
			}
			table := pipelines.Table{Columns: []string{"account", "name", "role", "village", "branch", "state", "made_at", "signed_in_at"}}
			db, absent, err := p.database(cmd.Context(), c, false)
			if err != nil || absent {
				return errors.Join(err, p.print(cmd, table))
			}
			defer func() { _ = db.Close() }()
			store, err := accounts.Open(db, accounts.Options{})
			if err != nil {
				return err
			}
			all, err := store.List(cmd.Context(), operator())
			if err != nil {
				return err
			}
			for _, a := range all {
				state := "active"
				switch {
				case a.Disabled:
					state = "disabled"
				case a.Invited:
					state = "invited"
				}
				table.Rows = append(table.Rows, []any{a.Name, a.Shown, string(a.Role), a.Scope.Village, a.Scope.Branch, state, momentOf(a.Created, location), momentOf(a.SignedIn, location)})
			}
			return p.print(cmd, table)
		},
	}
	config.AddFlags(cmd.Flags(), "time_zone")
	return cmd
}

func newUserResetCommand(p *program) *cobra.Command {
	var address string
	cmd := &cobra.Command{
		Use:   "reset NAME",
		Short: "Make a link by which the owner of an account sets a new password",
		Long: document(`Makes a link by which the owner of an account sets a new password, once, within 24 hours (seven days where he has set none
yet). Older links are void. The old password holds until then, and all sessions end when the new one is set.
为账号生成重设密码的一次性链接（24小时内有效），旧链接作废。`, endsAsked),
		Args: exactly(1, "NAME"),
		RunE: func(cmd *cobra.Command, names []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			return p.withAccounts(cmd, c, names[0], func(s *accounts.Store, act accounts.Act) error {
				token, err := s.Reset(cmd.Context(), act, names[0])
				if err == nil {
					p.link(c, address, token, names[0])
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&address, "address", "", addressUsage)
	config.AddFlags(cmd.Flags(), "listen")
	return cmd
}

// newUserNamedCommand makes a command that does one thing to an account.
func newUserNamedCommand(p *program, verb, short, long string, do func(*accounts.Store, context.Context, accounts.Act, string) error) *cobra.Command {
	return &cobra.Command{
		Use:   verb + " NAME",
		Short: short,
		Long:  document(long, endsAsked),
		Args:  exactly(1, "NAME"),
		RunE: func(cmd *cobra.Command, names []string) error {
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			return p.withAccounts(cmd, c, names[0], func(s *accounts.Store, act accounts.Act) error { return do(s, cmd.Context(), act, names[0]) })
		},
	}
}
