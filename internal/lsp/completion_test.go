package lsp_test

import (
	"slices"
	"strings"
	"testing"
)

type item struct {
	Label         string `json:"label"`
	Detail        string `json:"detail"`
	SortText      string `json:"sortText"`
	Documentation struct {
		Value string `json:"value"`
	} `json:"documentation"`
	TextEdit struct {
		Range   reach  `json:"range"`
		NewText string `json:"newText"`
	} `json:"textEdit"`
}

func (c *client) complete(name string, p place) []item {
	c.t.Helper()
	var list struct {
		Items []item `json:"items"`
	}
	if bad := c.ask("textDocument/completion", c.on(name, p), &list); bad != "" {
		c.t.Errorf("completion: %s", bad)
	}
	return list.Items
}

func labels(items []item) []string {
	names := make([]string, len(items))
	for i, it := range items {
		names[i] = it.Label
	}
	return names
}

// frame is a scenario around some steps.
const frame = `name: Ring
vars:
  caller: 8a34a46b-3d17-4adc-8dce-dc4e7d572698
simulate:
  people:
    carol: {id: "${{ caller }}"}
    dora: {id: 550fae72-d251-43ec-868c-373732c2704f}
steps:
  - await: call.state == "incoming"
    capture: {leg: call.id}
  - id: meet
    answer: ${{ leg }}
    capture: {answered: call.id}
`

// In the texts | is the cursor. A name with ! must not be offered.
func TestCompletion(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{"keys of a scenario", "name: x\n|\nsteps: []\n", "vars timeout finally outputs never !name !steps !getCall"},
		{"keys of a scenario, begun", "ti|\nsteps: []\n", "timeout"},
		{"an empty file", "|", "steps vars name"},
		{"verbs behind a dash", frame + "  - |", "createCall await hangUp id if"},
		{"verbs behind a dash, begun", frame + "  - cre|\n", "createCall"},
		{"verbs, before other keys", frame + "  - |\n    timeout: 3s\n", "createCall capture !timeout"},
		{"keys of a step", frame + "  - getCall: ${{ leg }}\n    |\n", "timeout expect capture retry !until !getCall !createCall"},
		{"keys of a step that awaits", frame + "  - await: call.state == \"terminated\"\n    |\n", "timeout expect capture !retry !until"},
		{"keys of a step, begun", frame + "  - getCall: ${{ leg }}\n    ti|\n", "timeout"},
		{"keys of a step without a verb", frame + "  - id: x\n    |\n", "createCall capture !id"},
		{"keys of parameters", frame + "  - createCall:\n      |\n", "targets subject requestedModalities"},
		{"keys of parameters, after one", frame + "  - createCall:\n      subject: x\n      |\n    timeout: 3s\n", "targets !subject"},
		{"keys of parameters in braces", frame + "  - createCall: {|}\n", "targets subject"},
		{"keys of parameters in an open brace", frame + "  - createCall: {subj|\n  - log: x\n", "subject"},
		{"keys far inside", frame + "  - createCall: {targets: [{identity: {user: {|}}}]}\n", "id displayName tenantId"},
		{"keys far inside, all open", frame + "  - createCall: {targets: [{identity: {|", "user phone application"},
		{"keys of retry", frame + "  - getCall: ${{ leg }}\n    retry:\n      |\n", "attempts when jitter"},
		{"keys of defaults", "defaults:\n  |\nsteps: []\n", "await cleanup"},
		{"goals", frame + "  - hangUp: ${{ leg }}\n    until: |\n", "terminated accepted !established !completed"},
		{"goals are no expressions", frame + "  - hangUp: ${{ leg }}\n    until: |\n", "terminated !${{|caller|}} !${{|leg|}}"},
		{"goals, begun", frame + "  - createCall: {targets: []}\n    until: est|\n", "established accepted terminated"},
		{"leak", frame + "leak: |\n", "hangUp fail keep"},
		{"requires", "requires: [|]\nsteps: []", "simulator"},
		{"a flag", frame + "  - getCall: ${{ leg }}\n    continueOnError: |\n", "true false"},
		{"words of a list", frame + "  - createCall: {requestedModalities: [audio, |]}\n", "audio video"},
		{"words of a list, line by line", frame + "  - createCall:\n      requestedModalities:\n        - |\n", "audio video"},
		{"people", strings.Replace(frame, "steps:", "  script:\n    - dial: {from: |}\nsteps:", 1), "carol dora"},
		{"people in a step", frame + "  - simulate: {hangUp: {who: |}}\n", "carol dora !bot"},
		{"people in a step, in the short form", frame + "  - simulate:\n      hangUp: |\n", "carol dora"},
		{"people, who may be the bot", strings.Replace(frame, "steps:", "  script:\n    - dial: {from: carol, to: |}\nsteps:", 1), "carol dora bot"},
		{"people who are let in", frame + "  - simulate: {admit: |}\n", "carol dora bot"},
		{"people who are removed", frame + "  - simulate:\n      remove: {who: |}\n", "carol dora bot"},
		{"people whom a person forwards to", strings.Replace(frame, "{id: 550", "{forwards: {to: |}, id: 550", 1), "carol dora bot"},
		{"people whom a person forwards to, in the short form", strings.Replace(frame, "{id: 550", "{forwards: |, id: 550", 1), "carol dora bot"},
		{"people who ring at the same time", strings.Replace(frame, "{id: 550", "{alsoRings: |, id: 550", 1), "carol dora bot"},
		{"people for whom somebody calls", strings.Replace(frame, "steps:", "  script:\n    - dial: {from: carol, onBehalfOf: |}\nsteps:", 1), "carol dora"},
		{"people whom a fault strikes", strings.Replace(frame, "steps:", "  faults:\n    - {fault: invite, with: |}\nsteps:", 1), "carol dora"},
		{"words mean something of their own", frame + "  - reject: {call: x, reason: |}\n", "busy none"},
		{"steps in from", frame + "  - await: {from: |, match: call.id == leg}\n", "meet start now"},
		{"names in a value", frame + "  - hangUp: |\n", "${{|leg|}} ${{|answered|}} !call"},
		{"names in a text", frame + "  - log: it is ${{ | }} now\n", "leg answered caller steps calls any !call"},
		{"names in a text that is open", frame + "  - log: it is ${{ |\n", "leg answered"},
		{"names in quotes that are open", frame + "  - log: \"it is ${{ an|\n  - log: x\n", "answered"},

		{"names of an expression", frame + "  - expect: |\n", "leg answered steps calls len any nil !later"},
		{"names of an event", frame + "  - await: |\n", "call operation participants leg caller"},
		{"names of an event, line below", frame + "  - await:\n      match: |\n", "call operation"},
		{"short form or keys", frame + "  - await:\n      |\n", "match all failOn call"},
		{"fields", frame + "  - await: call.|\n", "state id source !participants !leg"},
		{"fields, begun", frame + "  - await: call.sta| == \"x\"\n", "state"},
		{"fields, deep", frame + "  - await: call.source.identity.|\n", "user phone application"},
		{"fields, in the middle", frame + "  - await: call.| && call.id == leg\n", "state"},
		{"fields of a step", frame + "  - log: ${{ steps.meet.| }}\n", "call outcome response attempts"},
		{"ids of steps", frame + "  - log: ${{ steps.| }}\n", "meet"},
		{"fields after ??", frame + "  - log: ${{ calls[leg].| ?? 1 }}\n", "state resultInfo"},
		{"fields in an open bracket", frame + "  - await: any(participants, .info.|\n", "identity"},
		{"an element's fields", frame + "  - await: any(participants, |)\n", ".info .id # len"},
		{"an element's fields behind its dot", frame + "  - await: any(participants, .|)\n", "info id"},
		{"words after ==", frame + "  - await: call.state == |\n", `"incoming" "established" "terminated" leg`},
		{"words in quotes", frame + "  - await: call.state == \"|\"\n", "incoming established !leg"},
		{"words in an open quote", frame + "  - await: call.state == \"inc|\n", "incoming"},
		{"words in a list", frame + "  - await: call.state in [\"incoming\", |]\n", `"established"`},
		{"words of an outcome", frame + "  - expect: steps.meet.outcome == |\n", `"established" "accepted"`},
		{"words behind !=", frame + "  - await: call.id == leg && call.state != |\n", `"terminated"`},
		{"outputs in capture", frame + "  - getCall: ${{ leg }}\n    capture: {s: |}\n", "call response leg"},
		{"outputs in capture, line below", frame + "  - getCall: ${{ leg }}\n    capture:\n      s: call.|\n", "state"},
		{"outputs in expect", frame + "  - getCall: ${{ leg }}\n    expect: response.|\n", "status headers body"},
		{"outputs in a list", frame + "  - getCall: ${{ leg }}\n    expect:\n      - call.state == |\n", `"established"`},
		{"retry's when", frame + "  - getCall: ${{ leg }}\n    retry: {when: |}\n", "response attempt error"},
		{"parts", frame + "  - await: {all: {up: call.id == leg}}\n    capture: {x: up.|}\n", "call operation"},
		{"never", frame + "never: call.|\n", "state"},
		{"outputs", frame + "outputs:\n  x: ste|\n", "steps leg"},
		{"finally", frame + "finally:\n  - if: |\n    hangUp: ${{ leg }}\n", "leg answered"},
		{"if without a verb", frame + "  - if: call|\n", "calls leg"},
		{"operators", frame + "  - expect: leg |\n", "== != && in contains"},
		{"in a branch", frame + "  - parallel:\n      a:\n        - getCall: |\n      b:\n        - log: x\n", "${{|leg|}}"},
		{"a comment", frame + "  # call.|\n", "!state !call"},
		{"matrix", "matrix: {who: [a, b]}\nsteps:\n  - log: ${{ matrix.| }}\n", "who"},
		{"env", "vars: {a: \"${{ en| }}\"}\nsteps: []\n", "env"},
		{"another line is broken", frame + "  - log: \"open\n  - await: call.|\n  - log: x\n", "state"},
		{"a bracket is open above", frame + "  - log: {a: [b\n  - await: call.|\n", "state"},
		{"a key without a colon above", frame + "  - getCall\n    timeout: 3s\n  - await: call.|\n", "state"},
		{"included inputs", frame + "  - include: {file: _ring.yaml, with: {|}}\n", "who media"},
		{"included inputs, below", frame + "  - include:\n      file: _ring.yaml\n      with:\n        |\n", "who media"},
		{"included files", frame + "  - include: |\n", "_ring.yaml"},
		{"included outputs", frame + "  - id: ring\n    include: {file: _ring.yaml, with: {who: 8a34a46b-3d17-4adc-8dce-dc4e7d572698}}\n  - log: ${{ steps.ring.| }}\n", "outgoing"},
		{"a block of text", frame + "  - log: |\n      it is ${{ steps.^ }}\n", "meet"},
		{"words in a quoted value", frame + "  - await: \"call.state == |\"\n", "'incoming' !\"incoming\""},
		{"behind a line break of YAML's", "name: a\u2028  b\n" + frame[len("name: Ring\n"):] + "  - await: call.|\n", "state"},
		{"behind a byte order mark", "\ufeffti|: 3s\nsteps: []\n", "timeout"},
		{"folded", frame + "  - await: >\n      call.id == leg &&\n      call.state == |\n", `"incoming"`},
	}
	c := start(t, map[string]string{"_ring.yaml": "vars:\n  who:\n  media: [audio]\nsteps:\n  - createCall:\n      targets: [{identity: {user: {id: \"${{ who }}\"}}}]\n      requestedModalities: ${{ media }}\n    capture: {leg: call.id}\noutputs: {outgoing: leg}\n"})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c.t = t
			text := tt.text
			if strings.Contains(text, "^") {
				text = strings.ReplaceAll(strings.ReplaceAll(text, "|", "\x00"), "^", "|")
			}
			text, p := at(t, text)
			text = strings.ReplaceAll(text, "\x00", "|")
			c.open("a.yaml", text)
			got := labels(c.complete("a.yaml", p))
			for _, want := range strings.Fields(tt.want) {
				want, absent := strings.CutPrefix(want, "!")
				want = strings.ReplaceAll(want, "|", " ")
				if slices.Contains(got, want) == absent {
					t.Errorf("%q offered: %t; all: %.600s", want, !absent, strings.Join(got, ", "))
				}
			}
		})
	}
	c.t = t
	for _, text := range []string{frame + "  - invite: {call: |, participants: []}\n", frame + "  - getCall: |\n"} {
		text, p := at(t, text)
		c.open("a.yaml", text)
		sorts := map[string]string{}
		for _, it := range c.complete("a.yaml", p) {
			sorts[it.Label] = it.SortText
		}
		if leg, caller := sorts["${{ leg }}"], sorts["${{ caller }}"]; leg == "" || leg >= caller {
			t.Errorf("where a call is wanted, what a step captured is sorted as %q, a var as %q:\n%s", leg, caller, text)
		}
	}
}

// What is chosen is written in place of the word at the cursor.
func TestCompletionEdits(t *testing.T) {
	tests := []struct{ text, choose, want string }{
		{"ti|\nsteps: []\n", "timeout", "timeout: \nsteps: []\n"},
		{"ti|me: 3s\nsteps: []\n", "timeout", "timeout: 3s\nsteps: []\n"},
		{"steps:\n  - cre|\n", "createCall", "steps:\n  - createCall:\n"},
		{"steps:\n  - getCall: x\n    re|\n", "retry", "steps:\n  - getCall: x\n    retry:\n"},
		{"steps:\n  - await: call.st|\n", "state", "steps:\n  - await: call.state\n"},
		{"steps:\n  - await: call.st|ate == 1\n", "state", "steps:\n  - await: call.state == 1\n"},
		{"steps:\n  - await: any(participants, .in|)\n", "info", "steps:\n  - await: any(participants, .info)\n"},
		{"steps:\n  - await: call.state == |\n", "\"incoming\"", "steps:\n  - await: call.state == \"incoming\"\n"},
		{"steps:\n  - await: call.state == \"inc|\"\n", "incoming", "steps:\n  - await: call.state == \"incoming\"\n"},
		{"steps:\n  - await: \"𝄞 call.st|\"\n", "", ""},
		{"vars: {a: x}\nsteps:\n  - log: 𝄞 ${{ a| }}\n", "a", "vars: {a: x}\nsteps:\n  - log: 𝄞 ${{ a }}\n"},
		{"vars: {a: x}\nsteps:\n  - hangUp: ${|\n", "${{ a }}", "vars: {a: x}\nsteps:\n  - hangUp: ${{ a }}\n"},
		{"vars: {a: x}\nsteps:\n  - hangUp: |\n", "${{ a }}", "vars: {a: x}\nsteps:\n  - hangUp: ${{ a }}\n"},
		{"vars: {a: x}\nsteps:\n  - hangUp: {call: |}\n", "${{ a }}", "vars: {a: x}\nsteps:\n  - hangUp: {call: \"${{ a }}\"}\n"},
		{"vars: {a: x}\nsteps:\n  - hangUp: {call: \"|\"}\n", "${{ a }}", "vars: {a: x}\nsteps:\n  - hangUp: {call: \"${{ a }}\"}\n"},
		{"steps:\n  - include: sub/_r|\n", "sub/_ring.yaml", "steps:\n  - include: sub/_ring.yaml\n"},
		{"steps:\n  - include: {file: \"sub/|\"}\n", "sub/_ring.yaml", "steps:\n  - include: {file: \"sub/_ring.yaml\"}\n"},
		{"steps:\n  - log: x\n    name: a\u2028      ${{ ca| }}\n", "calls", "steps:\n  - log: x\n    name: a\u2028      ${{ calls }}\n"},
	}
	c := start(t, map[string]string{"sub/_ring.yaml": ring})
	for _, tt := range tests {
		text, p := at(t, tt.text)
		c.open("a.yaml", text)
		items := c.complete("a.yaml", p)
		i := slices.Index(labels(items), tt.choose)
		if tt.choose == "" {
			continue
		}
		if i < 0 {
			t.Errorf("%q: no %q in %q", tt.text, tt.choose, labels(items))
			continue
		}
		if got := apply(text, []edit{{items[i].TextEdit.Range, items[i].TextEdit.NewText}}); got != tt.want {
			t.Errorf("%q became %q, want %q", tt.text, got, tt.want)
		}
	}
}
