package project

import (
	"os"
	"path/filepath"

	"callflow/schema"
)

// Project is a callflow.yaml: what the scenarios below it have in common.
type Project struct {
	File     string // as it is named; "": there is none
	Config   *Config
	Shared   *schema.Shared
	Problems schema.Problems
}

// Vars are what the project declares.
func (p *Project) Vars() []schema.Var {
	if p.Config == nil {
		return nil
	}
	return p.Config.Vars
}

// Secrets are what the project declares that no output shows.
func (p *Project) Secrets() []schema.Var {
	if p.Config == nil {
		return nil
	}
	return p.Config.Secrets
}

// Projects finds the project of each scenario: the one whose file is named, or else the nearest callflow.yaml in the
// scenario's folder or above it. A folder with .git is the last that is looked into.
type Projects struct {
	named string
	read  map[string]*Project // by file
	above map[string]string   // by folder, the file
}

// NewProjects finds projects; named is the file that counts for all scenarios, "" for the nearest.
func NewProjects(named string) *Projects {
	return &Projects{named: named, read: map[string]*Project{}, above: map[string]string{}}
}

// Of returns the project of a scenario's file.
func (ps *Projects) Of(scenario string) *Project {
	file := ps.named
	if file == "" {
		folder := "."
		if scenario != StdinName {
			folder = filepath.Dir(filepath.FromSlash(scenario))
		}
		if abs, err := filepath.Abs(folder); err == nil {
			file = ps.nearest(abs)
		}
		if file != "" {
			file = Relative(file)
		}
	}
	if p := ps.read[file]; p != nil {
		return p
	}
	p := &Project{File: file}
	if file != "" {
		p.Config, p.Problems = ReadConfig(file)
		if ps.named == "" {
			p.Config, p.Problems = orMarker(p.Config, p.Problems)
		}
		p.Shared = p.Config.shared()
	}
	ps.read[file] = p
	return p
}

// nearest is the callflow.yaml in a folder or above it, or "".
func (ps *Projects) nearest(folder string) (file string) {
	if file, ok := ps.above[folder]; ok {
		return file
	}
	file = filepath.Join(folder, ConfigName)
	if st, err := os.Stat(file); err == nil && st.Mode().IsRegular() {
		// That is it.
	} else if _, err := os.Stat(filepath.Join(folder, ".git")); err == nil || filepath.Dir(folder) == folder {
		file = ""
	} else {
		file = ps.nearest(filepath.Dir(folder))
	}
	ps.above[folder] = file
	return file
}

// SharedBy is what an absolute file shares with the scenarios of its project, for an editor: text returns what a file holds
// there, and positions are named relative to root. It is nil when there is no project.
func SharedBy(file, root string, text func(file string) []byte) *schema.Shared {
	config := NewProjects("").nearest(filepath.Dir(file))
	if config == "" || config == file {
		return nil
	}
	name, err := filepath.Rel(root, config)
	if err != nil {
		name = config
	}
	cfg, _ := orMarker(ParseConfig(filepath.ToSlash(name), text(config)))
	return cfg.shared()
}
