package project

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"callflow/schema"
)

// FindOurs returns the files that args name, as Find does, but of folders those made for include and callflow.yaml too, and no
// YAML of other tools: a scenario has steps, and a pipeline that has them too has other keys besides. Without args: the Default folder, and the callflow.yaml beside it.
func FindOurs(args []string) ([]string, error) {
	if len(args) == 0 {
		args = []string{Default()}
		if st, err := os.Stat(ConfigName); err == nil && st.Mode().IsRegular() && args[0] != "." {
			args = append(args, ConfigName)
		}
	}
	var files []string
	for _, arg := range args {
		var found []string
		var err error
		if st, failed := os.Stat(arg); failed == nil && st.IsDir() {
			if found, err = ours(arg); err == nil && len(found) == 0 {
				err = fmt.Errorf("no scenario in folder %q: looked for *.yaml and *.yml with steps", arg)
			}
		} else {
			found, err = findOne(arg)
		}
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			if name = Relative(name); !slices.Contains(files, name) {
				files = append(files, name)
			}
		}
	}
	return files, nil
}

var topKey = regexp.MustCompile(`(?m)^["']?([A-Za-z][\w-]*)["']?\s*:(?:\s|$)`)

// isScenario says whether a text is one by the keys at its left edge: it has steps, and most others are a scenario's too.
func isScenario(text []byte) bool {
	steps, known, unknown := false, 0, 0
	for _, m := range topKey.FindAllSubmatch(text, -1) {
		switch key := string(m[1]); {
		case key == "steps":
			steps = true
			known++
		case slices.Contains(schema.ScenarioKeys(), key):
			known++
		default:
			unknown++
		}
	}
	return steps && known >= unknown
}

// ours lists our files below folder in lexical order.
func ours(folder string) (found []string, err error) {
	err = filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		hidden := p != folder && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules")
		switch ext := filepath.Ext(p); {
		case err != nil:
			return err
		case d.IsDir() && hidden:
			return fs.SkipDir
		case hidden || !d.Type().IsRegular() || ext != ".yaml" && ext != ".yml":
			return nil
		}
		text, err := Read(p)
		if err != nil || d.Name() == ConfigName || isScenario(text) { // who reads it again says what is wrong
			found = append(found, p)
		}
		return nil
	})
	return found, err
}
