package cli

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hulian/cmd/internal/config"
	"hulian/cmd/internal/speech"
	"hulian/data"
	"hulian/pipelines"
)

func newRootCommand(p *program) *cobra.Command {
	root := &cobra.Command{
		Use:   "hulian",
		Short: "A town's exports in, dashboards out",
		Long: document(`hulian reads the exports of a town that links party members to households, checks every row, computes the
measures of the programme month by month and serves them as pages, each value with its base.

Everything of a town lives in one folder, named by --dir: exports are dropped into its inbox, snapshots are
published beside it. "hulian demo" makes such a folder for a synthetic town and opens it, "hulian init" an empty one.

`+listsFirst()+`

A month: the exports go into the inbox, or onto the page Upload; "hulian run" loads and publishes them, or "hulian serve"
by the clock; "hulian problems" lists the rows to mend and send again; "hulian close MONTH --check", then "--sign" by
another person, closes it; the page Monthly report is printed for the meeting.
一个月：报表放进收件箱（inbox）或在“上传”页交上来；运行（hulian run）；按“数据状况”页把退回的行改好再交；“月结”页核对、另一人签发；打印“月度通报”。`, slices.Sorted(maps.Keys(statuses))),
		SilenceErrors: true, // Main prints them, with what to do next
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := p.flagsAgree(cmd); err != nil {
				return err
			}
			p.started = true
			return nil
		},
		Args: func(cmd *cobra.Command, arguments []string) error {
			if len(arguments) == 0 {
				return nil
			}
			return unknown("command", arguments[0], below(cmd), "hulian --help")
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().String("dir", ".", "the town's folder")
	root.PersistentFlags().String("lang", "", "zh or en: what is said to people (default: commands as LC_ALL, LC_MESSAGES or LANG say; pages and rows in zh) [$HULIAN_LANG]")
	root.PersistentFlags().String("format", "table", "how data are written to standard output: table, csv or json")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &pipelines.Fault{Op: "read flags", At: "of " + cmd.CommandPath(), Err: usage(p.worded(err)), Next: cmd.CommandPath() + " --help"}
	})
	root.AddCommand(commands(p)...)
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	for _, made := range root.Commands() { // cobra's own commands document their exit statuses too
		documentAll(made)
		switch made.Name() {
		case "help":
			topicsExist(made)
		case "completion":
			made.Args, made.RunE = exactly(0, ""), func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
	return root
}

// listsFirst says which lists must be there before the town's main exports can load, as their contracts have it.
func listsFirst() string {
	needed := map[string]bool{}
	for _, export := range []string{"visits", "issues", "points", "ratings"} {
		contract, _ := data.ContractOf(export)
		for _, list := range contract.Needs() {
			needed[list.Export] = true
		}
	}
	var en, zh []string
	for _, c := range data.Contracts() {
		if needed[c.Export] {
			en, zh = append(en, c.Export), append(zh, c.Name.Zh)
		}
	}
	return fmt.Sprintf("Lists come first: rows of visits, issues, points and ratings wait for the %s they name.\n"+
		"\"hulian template\" says for every export which lists it needs.\n先报名册：%s。走访、问题、积分、评定中的编号在名册中，才能读入。",
		strings.Join(en[:len(en)-1], ", ")+" and "+en[len(en)-1], strings.Join(zh, "、"))
}

// meant says in words what the types of flags take.
var meant = map[string]string{"int": "a whole number", "uint64": "a whole number of 0 or more", "float64": "a number", "bool": "true or false"}

// worded says of a flag what is wrong with it, in a form that has its Chinese: the libraries' own sentences are English alone. Their
// English stays as it is.
func (p *program) worded(err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) && meant[invalid.GetFlag().Value.Type()] != "" {
		return pipelines.Errorf("--%s is %q: it must be %s", invalid.GetFlag().Name, invalid.GetValue(), p.words.T(meant[invalid.GetFlag().Value.Type()]))
	}
	var absent *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	switch text := err.Error(); {
	case errors.As(err, &absent):
		if name, ok := strings.CutPrefix(text, "unknown flag: "); ok {
			return pipelines.Errorf("unknown flag: %s", name)
		}
		return pipelines.Errorf("unknown shorthand flag: %q in -%s", []rune(absent.GetSpecifiedName())[0], absent.GetSpecifiedShortnames())
	case errors.As(err, &empty):
		if name, ok := strings.CutPrefix(text, "flag needs an argument: "); ok {
			return pipelines.Errorf("flag needs an argument: %s", name)
		}
	}
	if found := requiredFlags.FindStringSubmatch(err.Error()); found != nil {
		return pipelines.Errorf(`required flag(s) "%s" not set`, found[1])
	}
	if found := oneOfFlags.FindStringSubmatch(err.Error()); found != nil {
		return pipelines.Errorf("if any flags in the group [%s] are set none of the others can be; [%s] were all set", found[1], found[2])
	}
	return err
}

// cobra gives no types for what is wrong with several flags.
var (
	requiredFlags = regexp.MustCompile(`^required flag\(s\) "(.*)" not set$`)
	oneOfFlags    = regexp.MustCompile(`^if any flags in the group \[(.*)\] are set none of the others can be; \[(.*)\] were all set$`)
)

// flagsAgree refuses flags that contradict one another, and a town without a name, as an unset variable gives it.
func (p *program) flagsAgree(cmd *cobra.Command) error {
	fault := func(err error) error {
		return &pipelines.Fault{Op: "read flags", At: "of " + cmd.CommandPath(), Err: usage(err), Next: cmd.CommandPath() + " --help"}
	}
	if err := errors.Join(cmd.ValidateRequiredFlags(), cmd.ValidateFlagGroups()); err != nil {
		return fault(p.worded(err))
	}
	if dir, err := cmd.Flags().GetString("dir"); err == nil && dir == "" {
		return fault(errors.New("--dir names no folder"))
	}
	if lang, err := cmd.Flags().GetString("lang"); err == nil && cmd.Flags().Changed("lang") && lang != string(speech.Chinese) && lang != string(speech.English) {
		return fault(pipelines.Errorf("--lang is %q: it must be zh or en", lang))
	}
	return nil
}

// topicsExist has "help" refuse a command that does not exist, in place of explaining the one above it.
func topicsExist(help *cobra.Command) {
	explain := help.Run
	help.Run = nil
	help.RunE = func(cmd *cobra.Command, topic []string) error {
		if found, rest, err := cmd.Root().Find(topic); err != nil || len(rest) > 0 && found.HasSubCommands() {
			return unknown("command", topic[len(topic)-1], below(found), "hulian --help")
		}
		explain(cmd, topic)
		return nil
	}
}

// below lists the commands under one.
func below(cmd *cobra.Command) []string {
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return names
}

// commands lists every command of hulian; a new one is added here.
func commands(p *program) []*cobra.Command {
	return []*cobra.Command{
		newDemoCommand(p),
		newAnalyzeCommand(p),
		newCompareCommand(p),
		newInitCommand(p),
		newImportCommand(p),
		newRunCommand(p),
		newServeCommand(p),
		newServiceCommand(p),
		newScheduleCommand(p),
		newCheckCommand(p),
		newBackupCommand(p),
		newRestoreCommand(p),
		newStatusCommand(p),
		newQueryCommand(p),
		newMetricsCommand(p),
		newCloseCommand(p),
		newReportCommand(p),
		newPapersCommand(p),
		newTemplateCommand(p),
		newProblemsCommand(p),
		newAsideCommand(p),
		newNothingCommand(p),
		newMapCommand(p),
		newUploadsCommand(p),
		newUserCommand(p),
		newTrailCommand(p),
		newVersionCommand(p),
	}
}

const exitHeading = "Exit status:"

// document appends the exit statuses to a command's long text.
func document(text string, possible []int) string {
	lines := []string{text, "", exitHeading}
	for _, status := range possible {
		lines = append(lines, fmt.Sprintf("  %3d  %s", status, statuses[status]))
	}
	return strings.Join(lines, "\n")
}

func documentAll(command *cobra.Command) {
	if !strings.Contains(command.Long, exitHeading) {
		text := strings.TrimSpace(command.Long)
		if text == "" {
			text = command.Short
		}
		command.Long = document(text, endsPlainly)
	}
	for _, child := range command.Commands() {
		documentAll(child)
	}
}

// unknown refuses a name and says which one was probably meant, or which there are; help, with its values, where neither is known.
func unknown(kind, name string, among []string, help string, with ...any) error {
	fault := &pipelines.Fault{Op: "read " + kind, At: fmt.Sprintf("%q", name), Err: usage(pipelines.ErrUnknown), Next: help, With: with}
	if nearest := data.Nearest(name, among); nearest != "" {
		fault.Next, fault.With = nearest, nil
	} else if len(among) > 0 && len(among) <= 30 {
		slices.Sort(among)
		fault.Next, fault.With = "one of %s", []any{strings.Join(among, ", ")}
	}
	return fault
}

// exactly demands a number of arguments, named as in the command's use line.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, arguments []string) error {
		if len(arguments) == n {
			return nil
		}
		if n == 0 && cmd.HasSubCommands() {
			return unknown("command of "+cmd.CommandPath(), arguments[0], below(cmd), "")
		}
		err := pipelines.Errorf("%d arguments given, %d expected (%s)", len(arguments), n, what)
		if n == 0 {
			err = pipelines.Errorf("no argument is expected, %q was given", arguments[0])
		}
		return &pipelines.Fault{Op: "read arguments", At: "of " + cmd.CommandPath(), Err: usage(err), Next: cmd.CommandPath() + " --help"}
	}
}

// config reads the configuration of the folder the command names. What is wrong with it counts as wrong usage.
func (p *program) config(cmd *cobra.Command) (config.Config, error) {
	dir, err := cmd.Flags().GetString("dir")
	if err != nil {
		return config.Config{}, err
	}
	c, err := config.Load(dir, cmd.Flags(), p.Environ)
	for _, sentence := range c.Gone {
		p.say("warning: %s: %s\n", filepath.Join(dir, config.FileName), p.words.T(sentence))
	}
	return c, usage(err)
}

// configIn is config with the zone of the town's clocks.
func (p *program) configIn(cmd *cobra.Command) (config.Config, *time.Location, error) {
	c, err := p.config(cmd)
	if err != nil {
		return c, nil, err
	}
	location, err := c.Location()
	return c, location, usage(err)
}
