package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"
	"go.yaml.in/yaml/v3"

	"hulian/data"
	"hulian/pipelines"
)

const prefix = "HULIAN_"

// Keys returns the names of all keys.
func Keys() []string {
	var names []string
	for _, k := range keys {
		names = append(names, k.name)
	}
	return names
}

// AddFlags gives a command the flags of the named keys. Defaults are not shown by the flag library but by the words
// of the usage, because a flag left alone must not hide the file.
func AddFlags(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		i := slices.IndexFunc(keys, func(k key) bool { return k.name == name })
		if i < 0 {
			panic("no configuration key " + name) // a slip of the programmer: every command is built in a test
		}
		k := keys[i]
		usage := fmt.Sprintf("%s [$%s]", k.usage, environment(k))
		if k.initial != "" {
			usage = fmt.Sprintf("%s (default %s) [$%s]", k.usage, k.initial, environment(k))
		}
		flags.String(flagName(k), "", usage)
		flags.Lookup(flagName(k)).DefValue = ""
	}
}

// Usages are what help says of the keys, in both languages.
func Usages() (all []data.Text) {
	for _, k := range keys {
		all = append(all, data.Text{Zh: k.zh, En: k.usage})
	}
	return all
}

func flagName(k key) string    { return strings.ReplaceAll(k.name, "_", "-") }
func environment(k key) string { return prefix + strings.ToUpper(k.name) }

// Load reads the configuration of the town's folder. Flags may be nil, or hold only some of the keys; environ is
// what os.Environ returns.
func Load(dir string, flags *pflag.FlagSet, environ []string) (Config, error) {
	path := filepath.Join(dir, FileName)
	file, nodes, err := readFile(path)
	if err != nil {
		return Config{}, &pipelines.Fault{Op: "read configuration", At: path, Err: err,
			Next: "correct the line, or delete it to keep the default"}
	}
	variables, err := readEnvironment(environ)
	if err != nil {
		return Config{}, &pipelines.Fault{Op: "read configuration", At: "environment", Err: err, Next: "unset the variable"}
	}
	v := viper.New()
	for _, k := range keys {
		v.SetDefault(k.name, k.initial)
		if value, ok := variables[k.name]; ok {
			file[k.name] = value // the environment wins over the file, key by key
		}
	}
	if err := v.MergeConfigMap(file); err != nil {
		return Config{}, &pipelines.Fault{Op: "read configuration", At: path, Err: err}
	}
	if flags != nil {
		for _, k := range keys {
			if flag := flags.Lookup(flagName(k)); flag != nil {
				if err := v.BindPFlag(k.name, flag); err != nil {
					return Config{}, &pipelines.Fault{Op: "read configuration", At: "--" + flag.Name, Err: err}
				}
			}
		}
	}
	origin := func(k key) string {
		if flags != nil && flags.Changed(flagName(k)) {
			return "--" + flagName(k)
		}
		if _, ok := variables[k.name]; ok {
			return environment(k)
		}
		return path + ", " + k.name
	}
	c, err := decode(v, dir, origin)
	if err != nil {
		return Config{}, err
	}
	for name, instead := range gone {
		if nodes[name] != nil {
			c.Gone = append(c.Gone, instead)
		}
	}
	c.Backup = Backup{To: "backups", Cron: Off, Keep: 7}
	for _, s := range sections {
		if node := nodes[s.name]; node != nil {
			if err := s.decode(node, &c); err != nil {
				return Config{}, &pipelines.Fault{Op: "read configuration", At: path, Err: err, Next: "correct the line"}
			}
		}
	}
	if err := c.reach(); err != nil {
		return Config{}, &pipelines.Fault{Op: "read configuration", At: "listen is " + c.Listen, Err: err,
			Next: "name server.certificate and server.key in " + FileName + ", or listen on 127.0.0.1 behind a proxy; inside a network you trust, say server.plain_http: true"}
	}
	if err := c.leadsBack(); err != nil {
		return Config{}, &pipelines.Fault{Op: "read configuration", At: path, Err: err, Next: "set server.address in " + FileName}
	}
	_, c.LangSaid = file["lang"]
	c.LangSaid = c.LangSaid || flags != nil && flags.Changed("lang")
	_, chosen := file["schedule"] // by the file or the environment
	if err := c.settle(chosen || flags != nil && flags.Changed("schedule")); err != nil {
		return Config{}, &pipelines.Fault{Op: "read configuration", At: path, Err: err, Next: "delete one of them"}
	}
	return c, nil
}

// decode checks every value by itself, so that the error names where it came from.
func decode(v *viper.Viper, dir string, origin func(key) string) (Config, error) {
	var c Config
	for _, k := range keys {
		one := viper.New()
		one.Set(k.name, v.Get(k.name))
		err := one.UnmarshalExact(&c)
		if err != nil {
			err = errors.New("it must be a whole number") // the only typed keys are numbers
		} else if k.check != nil {
			err = k.check(c)
		}
		if err != nil {
			err = pipelines.Errorf("%s is %q: %w", k.name, v.GetString(k.name), err)
			return Config{}, &pipelines.Fault{Op: "read configuration", At: origin(k), Err: err, Next: "correct the value"}
		}
	}
	c.Dir = dir
	return c, nil
}

// readFile returns the keys of the file as text and its sections as they stand; a file that does not exist holds none.
// The text is kept as written, because YAML would make a timestamp of cut_off: 2018-01-31.
func readFile(path string) (map[string]any, map[string]*yaml.Node, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return map[string]any{}, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return parse(content)
}

func parse(content []byte) (map[string]any, map[string]*yaml.Node, error) {
	values, nodes := map[string]any{}, map[string]*yaml.Node{}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return values, nodes, nil
	case err != nil:
		return nil, nil, err
	}
	root := document.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return values, nodes, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, nil, pipelines.Errorf("line %d: the file must hold lines such as \"lang: zh\"", root.Line)
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		name, value := root.Content[i], root.Content[i+1]
		if gone[name.Value] != "" {
			nodes[name.Value] = value
			continue
		}
		if !slices.Contains(names(), name.Value) {
			return nil, nil, data.UnknownKey(name.Line, name.Value, "", name.Value, names())
		}
		if _, twice := values[name.Value]; twice {
			return nil, nil, pipelines.Errorf("line %d: %q stands twice", name.Line, name.Value)
		}
		if _, ok := sectionOf(name.Value); ok {
			if nodes[name.Value] != nil {
				return nil, nil, pipelines.Errorf("line %d: %q stands twice", name.Line, name.Value)
			}
			if value.Kind != yaml.ScalarNode || value.Tag != "!!null" {
				nodes[name.Value] = value
			}
			continue
		}
		if value.Kind != yaml.ScalarNode {
			return nil, nil, pipelines.Errorf("line %d: %q takes a single value", value.Line, name.Value)
		}
		if value.Tag != "!!null" {
			values[name.Value] = value.Value
		}
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("the file holds more than one document")
	}
	return values, nodes, nil
}

// readEnvironment returns the HULIAN_… variables by key. A variable that is nearly a key is refused; others are left
// alone, because service managers set variables of their own, such as HULIAN_PORT, for a service of that name.
func readEnvironment(environ []string) (map[string]string, error) {
	values := map[string]string{}
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		word, ok := strings.CutPrefix(name, prefix)
		if !ok || value == "" { // set to nothing is not set
			continue
		}
		word = strings.ToLower(word)
		if slices.Contains(Keys(), word) {
			values[word] = value
			continue
		}
		if nearest := data.Misspelt(word, Keys()); nearest != "" {
			return nil, pipelines.Errorf("%w %s: did you mean %s%s?", pipelines.ErrUnknown, name, prefix, strings.ToUpper(nearest))
		}
	}
	return values, nil
}

// Spoken is the language that the environment, or else the file of a town's folder, asks for; empty where neither does, or what they
// hold cannot be read: whoever reads the configuration says so.
func Spoken(dir string, environ []string) string {
	if variables, err := readEnvironment(environ); err == nil && variables["lang"] != "" {
		return variables["lang"]
	}
	if dir == "" {
		dir = "."
	}
	values, _, err := readFile(filepath.Join(dir, FileName))
	if err != nil {
		return ""
	}
	lang, _ := values["lang"].(string)
	return lang
}
