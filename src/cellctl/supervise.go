package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/kern"
	"cells/src/internal/super"
	"cells/src/internal/words"
)

type superviseOptions struct {
	cmd                     execOptions // whom, where and with what the command runs
	detach                  bool
	when, failing           string
	stop, priority, tag     string
	file, ready, health     string
	checkUser               string
	grace, interval         time.Duration
	timeout, readyIn, first time.Duration
	longest                 time.Duration
	retries                 int
}

func superviseVerb() cli.Verb {
	return cli.Verb{
		Name: "supervise", Operands: "CELL COMMAND [ARG...]", Min: 2, Max: -1, Foreign: true,
		Summary: "runs a service in a cell, restarts it, logs what it prints, and ends it",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var o superviseOptions
			o.flags(fs)
			return func(ctx *cli.Context, args []string) error { return o.run(ctx, args) }
		},
	}
}

// superviseChildVerb is how a supervisor gets a process into the cell.
func superviseChildVerb() cli.Verb {
	return cli.Verb{
		Name: "supervise-child", Min: 0, Max: -1, Foreign: true, Hidden: true,
		Summary: "is called by supervise alone",
		Setup: func(*pflag.FlagSet) cli.Action {
			return func(_ *cli.Context, args []string) error {
				if super.Member(args) != nil {
					return cli.Status(cli.Failed) // it was reported where it is read
				}
				return nil
			}
		},
	}
}

func (o *superviseOptions) flags(fs *pflag.FlagSet) {
	d := super.Defaults()
	fs.BoolVarP(&o.detach, "detach", "D", false, "go to the background once the service is ready")
	fs.StringVarP(&o.cmd.user, "user", "u", "", "as this `USER[:GROUP]` of the cell, by name or number")
	fs.StringArrayVarP(&o.cmd.env, "env", "e", nil, "with `NAME=VALUE` in the environment")
	fs.StringVarP(&o.cmd.dir, "dir", "d", "", "start in this `DIR` of the cell")
	fs.StringArrayVarP(&o.cmd.rlimits, "rlimit", "L", nil, "with the resource limit `LIMIT=SOFT[:HARD]`")
	fs.StringVarP(&o.cmd.umask, "umask", "m", "", "with this `UMASK`, in octal")
	fs.StringVarP(&o.when, "restart", "R", d.Restart.String(), "restart it always, on-failure or never: `WHEN`")
	duration(fs, &o.first, "backoff", "b", d.First, "`DELAY` before the first restart, doubled with each")
	duration(fs, &o.longest, "max-backoff", "B", d.Max, "the longest `DELAY` that doubling ends at")
	fs.StringVarP(&o.stop, "stop", "S", "TERM", "the `SIGNAL` that stops the service")
	duration(fs, &o.grace, "grace", "g", d.Grace, "`TIME` between that signal and KILL")
	fs.StringVarP(&o.priority, "log", "l", "", "log to syslogd(8) as `FACILITY.LEVEL` (daemon.info unless -o is given)")
	fs.StringVarP(&o.tag, "tag", "T", "", "with this `TAG` instead of the cell's name")
	fs.StringVarP(&o.file, "file", "o", "", "log to `FILE`; - is standard output")
	fs.StringVarP(&o.ready, "ready", "r", "", "the service is ready once `COMMAND` succeeds in the cell")
	duration(fs, &o.readyIn, "ready-in", "W", d.ReadyIn, "`TIME` that the service has to get ready")
	fs.StringVarP(&o.health, "health", "H", "", "the service is well as long as `COMMAND` succeeds in the cell")
	duration(fs, &o.interval, "interval", "i", d.Interval, "`TIME` between two health checks")
	duration(fs, &o.timeout, "timeout", "w", d.Timeout, "`TIME` that one check may take")
	fs.IntVarP(&o.retries, "retries", "n", d.Retries, "`COUNT` of health checks that must fail in a row")
	fs.StringVarP(&o.failing, "action", "a", d.OnFailing.String(), "then restart or report: `ACTION`")
	fs.StringVarP(&o.checkUser, "check-user", "U", "", "run the checks as this `USER[:GROUP]`")
}

// run stays the supervisor, or the one who waits until a detached one is
// ready.
func (o *superviseOptions) run(ctx *cli.Context, args []string) error {
	parent := super.AsDetached()
	if err := absolute("CELLS_RUN", "CELLS_SYSLOG", kern.RigEnv); err != nil {
		return err
	}
	cfg, err := o.config(args)
	if err != nil {
		return cli.AsUsage(err)
	}
	err = withCell(args[0], func(_ *kern.Client, in cell.Info) error {
		cfg.Name, cfg.Service.Cell, cfg.Service.Root = in.Config.Name, in.ID, in.Config.Root
		if cfg.Tag == "" {
			cfg.Tag = in.Config.Name
		}
		return cli.AsUsage(cfg.Check())
	})
	switch {
	case parent != nil:
		if err == nil {
			err = namedHere(cfg.Name, o.daemon(cfg, parent))
		}
		parent.Done(err)
	case err == nil && o.detach:
		err = super.Detach() // it says what the detached one says
	case err == nil:
		err = namedHere(cfg.Name, super.Run(cfg, func() {}))
	}
	return err
}

// namedHere is named, but for an error that names the cell itself.
func namedHere(name string, err error) error {
	var held *super.HeldError
	if errors.As(err, &held) {
		return held
	}
	return named(name, err)
}

// daemon is the detached supervisor.
func (o *superviseOptions) daemon(cfg *super.Config, parent *super.Detached) error {
	if err := os.Chdir("/"); err != nil {
		return err
	}
	return super.Run(cfg, parent.Ready)
}

// config is what the options say, without the cell.
func (o *superviseOptions) config(args []string) (*super.Config, error) {
	req, err := o.cmd.request(args[1:])
	if err != nil {
		return nil, err
	}
	c := &super.Config{Policy: super.Defaults(), Dir: runDir(), Service: req, Tag: o.tag,
		CheckUser: o.checkUser, Member: []string{"supervise-child"}}
	c.First, c.Max, c.Grace = o.first, max(o.first, o.longest), o.grace
	c.ReadyIn, c.Interval, c.Timeout, c.Retries = o.readyIn, o.interval, o.timeout, o.retries
	if err := o.logs(c); err != nil {
		return nil, err
	}
	if c.Restart, err = super.ParseWhen(o.when); err != nil {
		return nil, fmt.Errorf("-R: %w", err)
	}
	if c.OnFailing, err = super.ParseFailing(o.failing); err != nil {
		return nil, fmt.Errorf("-a: %w", err)
	}
	if c.StopSignal, err = super.ParseSignal(o.stop); err != nil {
		return nil, fmt.Errorf("-S: %w", err)
	}
	if c.ReadyCmd, err = command("-r", o.ready); err != nil {
		return nil, err
	}
	if c.HealthCmd, err = command("-H", o.health); err != nil {
		return nil, err
	}
	c.Ready, c.Health = c.ReadyCmd != nil, c.HealthCmd != nil
	return c, nil
}

// logs sets where lines go: syslogd unless there is a file, both if both are
// asked for.
func (o *superviseOptions) logs(c *super.Config) (err error) {
	c.Priority = super.DaemonInfo
	if o.priority != "" {
		if c.Priority, err = super.ParsePriority(o.priority); err != nil {
			return fmt.Errorf("-l: %w", err)
		}
	}
	if o.priority != "" || o.file == "" {
		c.Syslog = syslogSocket()
	}
	c.LogFile = o.file
	if o.file == "-" && o.detach {
		return errors.New("-o -: a supervisor that detaches has no standard output")
	}
	if o.file != "" && o.file != "-" {
		c.LogFile, err = filepath.Abs(o.file)
	}
	return err
}

// command splits the command of a check as sh(1) does.
func command(option, text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	argv, err := words.Fields(text)
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", option, text, err)
	}
	if len(argv) == 0 {
		return nil, fmt.Errorf("%s %q: no command", option, text)
	}
	return argv, nil
}

// duration declares an option that is a time, as in 10s or 1h30m.
func duration(fs *pflag.FlagSet, at *time.Duration, name, short string, init time.Duration, usage string) {
	*at = init
	fs.VarP((*durationValue)(at), name, short, usage)
}

// durationValue reads a time as the rest of the project does.
type durationValue time.Duration

func (d *durationValue) String() string { return words.FormatDuration(time.Duration(*d)) }

func (d *durationValue) Type() string { return "TIME" }

func (d *durationValue) Set(s string) error {
	v, err := words.Duration(s)
	*d = durationValue(v)
	return err
}

// absolute makes paths in the environment hold in any working directory: a
// supervisor leaves the one it was started in.
func absolute(names ...string) error {
	for _, n := range names {
		p := os.Getenv(n)
		if p == "" {
			continue
		}
		abs, err := filepath.Abs(p)
		if err == nil {
			err = os.Setenv(n, abs)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", n, err)
		}
	}
	return nil
}

// runDir is where locks and status files are.
func runDir() string {
	if d := os.Getenv("CELLS_RUN"); d != "" {
		return d
	}
	return "/var/run/cells"
}

// syslogSocket is where syslogd(8) listens.
func syslogSocket() string {
	if s := os.Getenv("CELLS_SYSLOG"); s != "" {
		return s
	}
	return super.DefaultSyslog
}
