package schema

// referenceExamples show how the keys of the frame go together. A test checks every YAML block of the documentation that
// is a whole scenario.
var referenceExamples = []struct{ title, text, yaml string }{
	{
		"Names and conditions",
		"A captured name is plain in later expressions. A name captured under an `if` is used under the same `if`, after a test, or with `??`.",
		`vars:
  callee: 550fae72-d251-43ec-868c-373732c2704f
  record: false
steps:
  - id: ring
    createCall:
      targets: [{identity: {user: {id: "${{ callee }}"}}}]
    capture: {outgoing: call.id}
  - if: record
    getCall: ${{ outgoing }}
    capture: {subject: call.subject}
  - log: "${{ steps.ring.outcome }} after ${{ steps.ring.attempts }} attempts: ${{ subject ?? 'not asked' }}"
finally:
  - if: outgoing != nil
    hangUp: ${{ outgoing }}`,
	},
	{
		"Retry",
		"With `when` an outcome that was told for certain may be repeated too.",
		`steps:
  - createCall:
      targets: [{identity: {user: {id: 550fae72-d251-43ec-868c-373732c2704f}}}]
    timeout: 3m
    retry:
      attempts: 4
      initialInterval: 1s
      maxInterval: 20s
      when: response.status == 503 || resultInfo.code == 480`,
	},
	{
		"One scenario for many people",
		"A matrix runs the whole scenario once for each row; a forEach repeats one step.",
		`matrix:
  who: [550fae72-d251-43ec-868c-373732c2704f, 112f7296-5fa4-42ca-bae8-6a692b15d4b8]
  media: [[audio], [audio, video]]
  exclude:
    - {who: 112f7296-5fa4-42ca-bae8-6a692b15d4b8, media: [audio, video]}
steps:
  - createCall:
      targets: [{identity: {user: {id: "${{ matrix.who }}"}}}]
      requestedModalities: ${{ matrix.media }}
    capture: {outgoing: call.id}
  - forEach: [1, 2, 3]
    getCall: ${{ outgoing }}
    capture: {states: call.state}
  - expect: 'all(states, # == "established")'     # quoted, as a comment would begin at the #`,
	},
	{
		"Side by side",
		"Branches run at the same time. A branch that fails ends the others at their next request or wait; what they captured is seen after the join.",
		`never: call.state == "terminated"
steps:
  - parallel:
      first:
        - createCall:
            targets: [{identity: {user: {id: 550fae72-d251-43ec-868c-373732c2704f}}}]
          capture: {one: call.id}
      second:
        - createCall:
            targets: [{identity: {user: {id: 112f7296-5fa4-42ca-bae8-6a692b15d4b8}}}]
          capture: {two: call.id}
  - expect:
      - one != two
      - calls[one].state == "established"
outputs:
  first: one
  second: two`,
	},
}

// examples writes the scenarios above.
func (b *markdown) examples() {
	b.line("## By example")
	b.line("")
	for _, e := range referenceExamples {
		b.line("**%s.** %s", e.title, e.text)
		b.line("")
		b.line("```yaml")
		b.line("%s", e.yaml)
		b.line("```")
		b.line("")
	}
	b.line("%s", includeWords)
}
