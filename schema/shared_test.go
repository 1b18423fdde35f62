package schema

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

type projectSettings struct {
	People PerRun[map[string]*smallPerson] `json:"people" doc:"People."`
	Vars   Vars                            `json:"vars" doc:"Vars."`
	Other  string                          `json:"other" doc:"Something else."`
}
