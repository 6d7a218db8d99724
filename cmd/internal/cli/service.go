package cli

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"hulian/cmd/internal/config"
	"hulian/pipelines"
)

//go:embed hulian.service.tmpl
var unitText string

// runningText tells in Chinese and in English how the server runs as a service.
//
//go:embed running.md
var runningText string

// unit is the file by which systemd runs a town's server.
var unit = template.Must(template.New("unit").Funcs(template.FuncMap{"path": unitPath, "word": commandWord}).Parse(unitText))

// unitPath writes a path in a unit file, where systemd expands % itself.
func unitPath(path string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%").Replace(path) + `"`
}

// commandWord writes a word of a command, where systemd expands $ too.
func commandWord(path string) string { return strings.ReplaceAll(unitPath(path), "$", "$$") }

func newServiceCommand(p *program) *cobra.Command {
	var account string
	var guide bool
	cmd := &cobra.Command{
		Use:   "service",
		Short: "Write the file by which systemd runs the server",
		Long: document(`Writes a unit file for systemd, which starts "hulian serve" for the town's folder when the machine starts, starts it
again when it ends, and lets it write into that folder alone. As the administrator of the machine:

  useradd --system --home-dir /var/lib/hulian --create-home hulian
  chown -R hulian: /var/lib/hulian/xiaolin
  hulian service --dir /var/lib/hulian/xiaolin > /etc/systemd/system/hulian.service
  systemctl enable --now hulian
  journalctl -u hulian        # the log; the link of the first administrator stands there

For other machines to reach the pages, name a certificate or a proxy in the section server of hulian.yaml. "systemctl stop"
lets answers and a run at work end. Run commands as that account: sudo -u hulian hulian status --dir /var/lib/hulian/xiaolin`, endsPlainly),
		Example: "  hulian service --dir /var/lib/hulian/xiaolin > /etc/systemd/system/hulian.service",
		Args:    exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if guide {
				_, err := fmt.Fprint(p.Out, runningText)
				return err
			}
			c, err := p.config(cmd)
			if err != nil {
				return err
			}
			return p.writeUnit(c, account)
		},
	}
	cmd.Flags().StringVar(&account, "user", "hulian", "the account the server runs under")
	cmd.Flags().BoolVar(&guide, "guide", false, "write how to run as a service instead, in Chinese and in English")
	return cmd
}

func (p *program) writeUnit(c config.Config, account string) error {
	if account == "" || strings.ContainsAny(account, " \t\n%") {
		return usage(pipelines.Errorf("--user is %q: it must name an account", account))
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return &pipelines.Fault{Op: "write the service file", At: dir, Err: errors.Join(err, errors.New("there is no such folder")), Next: "hulian init --dir " + dir}
	}
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	var elsewhere []string
	for _, folder := range []string{c.InboxDir(), c.BackupDir()} { // they may lie elsewhere
		if at, err := filepath.Abs(folder); err == nil {
			if below, err := filepath.Rel(dir, at); err != nil || !filepath.IsLocal(below) {
				elsewhere = append(elsewhere, at)
			}
		}
	}
	return unit.Execute(p.Out, map[string]any{"Binary": binary, "Dir": dir, "User": account, "Elsewhere": elsewhere})
}
