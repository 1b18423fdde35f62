package cli

import (
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"callflow/schema"
)

// problemPages gives each code of a problem the address of its page, for editors to open. The pages are written into the
// user's cache when the first is asked for, as this very callflow has them; where that cannot be done there are none.
func problemPages(voc *schema.Vocabulary) func(code string) string {
	page := sync.OnceValue(func() string {
		cache, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		file := filepath.Join(cache, "callflow", "problems.md")
		text := schema.ProblemsReference(voc)
		if have, err := os.ReadFile(file); err == nil && string(have) == text {
			return file
		}
		if os.MkdirAll(filepath.Dir(file), 0o700) != nil || replaceFile(file, []byte(text), 0o600) != nil {
			return ""
		}
		return file
	})
	return func(code string) string {
		file := page()
		if file == "" {
			return ""
		}
		path := filepath.ToSlash(file)
		if path[0] != '/' {
			path = "/" + path
		}
		return (&url.URL{Scheme: "file", Path: path, Fragment: code}).String()
	}
}

// replaceFile writes a file, whole or not at all, that others may be reading, or writing.
func replaceFile(name string, text []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Chmod(mode)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
