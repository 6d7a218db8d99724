package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hulian/cmd/internal/config"
	"hulian/cmd/internal/speech"
	"hulian/data"
)

// spokenTo finds what the user speaks before any command is known: an error about the command line is told in it too.
func spokenTo(arguments, environ []string) speech.Language {
	return speech.Choose(environ, valueOf(arguments, "lang"), config.Spoken(valueOf(arguments, "dir"), environ))
}

// valueOf is the last value of a flag that every command has, whatever else stands on the line.
func valueOf(arguments []string, flag string) (value string) {
	for i, argument := range arguments {
		if argument == "--" {
			break
		}
		if given, ok := strings.CutPrefix(argument, "--"+flag+"="); ok {
			value = given
		} else if argument == "--"+flag && i+1 < len(arguments) {
			value = arguments[i+1]
		}
	}
	return value
}

// lang is the language as texts that the house keeps in both are asked for.
func (p *program) lang() string {
	if p.words == speech.Chinese {
		return string(speech.Chinese)
	}
	return string(speech.English)
}

// say tells a person something on standard error. The form is looked up without the line break it ends with.
func (p *program) say(form string, values ...any) {
	plain := strings.TrimRight(form, "\n")
	_, _ = fmt.Fprint(p.Err, p.words.Tf(plain, values...)+form[len(plain):])
}

// translate has every help below a command speak Chinese where its user does. The texts stand in English where the commands are made.
func (p *program) translate(root *cobra.Command) {
	if p.words != speech.Chinese {
		return
	}
	root.SetUsageTemplate(strings.NewReplacer("Usage:", "用法：", "Aliases:", "别名：", "Examples:", "示例：", "Available Commands:", "命令：",
		"Additional Commands:", "其他命令：", "Global Flags:", "各命令通用的参数：", "Flags:", "参数：", "Additional help topics:", "其他帮助：",
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`, `某个命令的说明：{{.CommandPath}} [command] --help`).Replace(root.UsageTemplate()))
	var each func(*cobra.Command)
	each = func(cmd *cobra.Command) {
		cmd.InitDefaultHelpFlag()
		cmd.Long = p.help(cmd.Long)
		cmd.Short, cmd.Example = p.words.T(cmd.Short), p.words.T(cmd.Example)
		cmd.NonInheritedFlags().VisitAll(func(f *pflag.Flag) { p.flag(cmd, f) })
		for _, child := range cmd.Commands() {
			each(child)
		}
	}
	each(root)
}

var statusLine = regexp.MustCompile(`^( +\d+  )(.*)$`)

// help says the long text of a command and the exit statuses below it.
func (p *program) help(long string) string {
	text, exits, found := strings.Cut(long, exitHeading)
	text = p.words.Paragraphs(strings.TrimSpace(text))
	if !found {
		return text
	}
	lines := strings.Split(exits, "\n")
	for i, line := range lines {
		if part := statusLine.FindStringSubmatch(line); part != nil {
			lines[i] = part[1] + p.words.T(part[2])
		}
	}
	return text + "\n\n" + p.words.T(exitHeading) + strings.Join(lines, "\n")
}

// configured is the usage of a flag that is a key of the configuration: words, default, variable.
var configured = regexp.MustCompile(`^(.*?)(?: \(default ([^:].*)\))?( \[\$\w+\])$`)

// flag says what a flag is for, and the default that the library would write in English.
func (p *program) flag(cmd *cobra.Command, f *pflag.Flag) {
	part := configured.FindStringSubmatch(f.Usage)
	key := slices.IndexFunc(config.Usages(), func(usage data.Text) bool { return part != nil && usage.En == part[1] })
	switch {
	case key >= 0:
		f.Usage = config.Usages()[key].Zh
		if part[2] != "" {
			f.Usage += "（默认 " + part[2] + "）"
		}
		f.Usage += part[3]
	case f.Name == "help":
		f.Usage = cmd.Name() + " 的说明"
	default:
		f.Usage = p.words.T(f.Usage)
	}
	if none := map[string]string{"bool": "false", "int": "0", "int64": "0", "uint64": "0", "float64": "0", "duration": "0s", "stringSlice": "[]", "stringArray": "[]"}[f.Value.Type()]; f.DefValue != none && f.DefValue != "" {
		f.Usage, f.DefValue = f.Usage+"（默认 "+f.DefValue+"）", none // shown by the usage: the library's own words are English
	}
}
