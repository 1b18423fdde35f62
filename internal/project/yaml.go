package project

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// FindYAML returns the files that args name, as Find does, but of folders every YAML file that is not hidden: those made for
// include, and callflow.yaml, too. Without args: the current folder.
func FindYAML(args []string) ([]string, error) {
	if len(args) == 0 {
		args = []string{"."}
	}
	var files []string
	for _, arg := range args {
		var found []string
		var err error
		if st, failed := os.Stat(arg); failed == nil && st.IsDir() {
			if found, err = allYAML(arg); err == nil && len(found) == 0 {
				err = fmt.Errorf("no file in folder %q: looked for *.yaml and *.yml", arg)
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

// allYAML lists the YAML files below folder in lexical order.
func allYAML(folder string) (found []string, err error) {
	err = filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		hidden := p != folder && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules")
		switch ext := filepath.Ext(p); {
		case err != nil:
			return err
		case d.IsDir() && hidden:
			return fs.SkipDir
		case !hidden && d.Type().IsRegular() && (ext == ".yaml" || ext == ".yml"):
			found = append(found, p)
		}
		return nil
	})
	return found, err
}
