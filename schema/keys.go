package schema

// shape is what a key of the frame takes; JSON Schema and reference have one entry for each.
type shape string

const (
	shapeText     shape = "text"
	shapeID       shape = "identifier"
	shapeWords    shape = "list of words"
	shapeRequires shape = "requires"
	shapeValues   shape = "mapping of names to values"
	shapeMatrix   shape = "matrix"
	shapeSpan     shape = "duration"
	shapeDefaults shape = "defaults"
	shapeScene    shape = "simulated world"
	shapeSteps    shape = "list of steps"
	shapeTests    shape = "expression, or a list of them"
	shapeTest     shape = "expression"
	shapeCaptures shape = "mapping of names to expressions"
	shapeLeak     shape = "leak"
	shapeList     shape = "list, or an expression that yields one"
	shapeRetry    shape = "retry"
	shapeFlag     shape = "true or false"
	shapeGoal     shape = "goal"
)

// frameKey is a key of a scenario or of a step. Checking, JSON Schema and reference read the same tables.
type frameKey struct {
	name     string
	shape    shape
	doc      string
	def      string
	required bool
	// example shows the key. Those of a scenario make a scenario together, those of a step are steps.
	example string
}

// scenarioKeys are in the order in which files are laid out.
var scenarioKeys = []frameKey{
	{name: "name", shape: shapeText, doc: "What the scenario is about, in one line; the file's name when absent.",
		example: `name: Move a caller to a colleague`},
	{name: "description", shape: shapeText, doc: "What it does and why, for people.",
		example: `description: >
  Carol calls the bot. It asks Dora first, and then connects the two.`},
	{name: "tags", shape: shapeWords, doc: "Words to select scenarios by (`--tag 'transfer and not slow'`).",
		example: `tags: [transfer, nightly]`},
	{name: "requires", shape: shapeRequires, doc: "What a target must be; elsewhere the scenario is skipped with the reason.",
		example: `requires: [simulator]              # skipped where the target is none`},
	{name: "timeout", shape: shapeSpan, def: "10m", doc: "How long all steps together may take. `finally` has time of its own after it, and so have the hang-ups at the end: `defaults` says how much.",
		example: `timeout: 3m                        # all steps together; then finally, and the hang-ups`},
	{name: "defaults", shape: shapeDefaults, doc: "What steps have that do not say otherwise.",
		example: `defaults:
  timeout: 1m                      # of a step that acts or reads
  await: 20s
  finally: 1m                      # all its steps together; the hang-ups have cleanup
  retry: {attempts: 2}             # of a step that acts`},
	{name: "matrix", shape: shapeMatrix, doc: "Lists of values by axis. The scenario runs once for each combination, in row-major order, named `k=v, …`; expressions say `matrix.axis`. `include` adds rows, `exclude` leaves out those that agree with it. `matrix: rows.csv`, or `file: rows.csv` beside axes, takes rows from a CSV or YAML file.",
		example: `matrix:                            # one run for each row: [media=audio, answerAfter=1s] and so on
  media: [[audio], [audio, video]]
  answerAfter: [1s, 10s]
  exclude:                         # leaves out the rows that agree with it
    - {media: [audio, video], answerAfter: 10s}
  include:                         # adds rows
    - {media: [audio], answerAfter: 50s}`},
	{name: "vars", shape: shapeValues, doc: "Names for values. A value may refer to earlier vars, to `matrix` and to `env.NAME`; `--var name=value` replaces it. A var without a value must be given. In an included file these are its inputs.",
		example: `vars:
  caller: 8a34a46b-3d17-4adc-8dce-dc4e7d572698
  dora: ${{ env.DORA ?? "550fae72-d251-43ec-868c-373732c2704f" }}
  greeting: Call ${{ caller }}     # a var without a value would have to be given: --var, or with`},
	{name: "secrets", shape: shapeValues, doc: "Like vars, but no output ever shows the values.",
		example: `secrets:
  pin: ${{ env.CALLER_PIN ?? "no pin" }}   # or --secret pin=…; shown as *** everywhere`},
	{name: "simulate", shape: shapeScene, doc: "The people of the simulated world, what they do and what goes wrong; ignored on other targets.",
		example: `simulate:                          # see "The simulated world"
  people:
    carol: {id: "${{ caller }}"}
    dora: {id: "${{ dora }}", answers: {after: "${{ matrix.answerAfter }}"}}
  script:
    - dial: {from: carol, modalities: "${{ matrix.media }}"}`},
	{name: "never", shape: shapeTests, doc: "Events that must not come: the first event of which one of these is true ends the steps as failed. Names may be used before they are captured: until then the comparison is false.",
		example: `never:                             # this counts from when callerLeg is captured
  - call.id == callerLeg && call.state == "terminated"
  - operation.status == "failed"`},
	{name: "steps", shape: shapeSteps, required: true, doc: "The steps, run in order.",
		example: `steps:
  - await: call.state == "incoming" && call.source.identity.user.id == caller
    capture: {callerLeg: call.id}
  - answer: ${{ callerLeg }}
  - id: ask
    createCall:
      subject: ${{ greeting }}
      targets: [{identity: {user: {id: "${{ dora }}"}}}]
      requestedModalities: ${{ matrix.media }}
    capture: {doraLeg: call.id}
  - log: her pin is ${{ pin }}       # is shown as ***`},
	{name: "finally", shape: shapeSteps, doc: "Steps that run at the end whatever happened, with time of their own: 30 s in all, or what `defaults.finally` says. Names from `steps` may be absent here.",
		example: `finally:                           # runs whatever happened
  - if: doraLeg != nil             # the steps may not have come so far
    hangUp: ${{ doraLeg }}`},
	{name: "outputs", shape: shapeCaptures, doc: "What the scenario yields: shown at its end, and `steps.<id>.<output>` for a file that includes it. One that is absent at the end of steps that passed fails the scenario: write `x ?? …`.",
		example: `outputs:
  how: steps.ask.outcome
  code: calls[doraLeg].resultInfo.code ?? "still up"`},
	{name: "leak", shape: shapeLeak, def: "hangUp", doc: "What becomes of the calls that the bot itself still has at the end, made or answered by it or still ringing: hung up, hung up and reported as a failure, or kept. The legs of others, as of the target of a transfer, do not count.",
		example: `leak: hangUp                       # or fail: hung up too, but the scenario has failed; or keep`},
}

// Keys that mean nothing yet but will: using them is a problem of its own.
var keptKeys = map[string]string{"schedule": "schedules are kept for the monitoring service that comes later"}

// stepKeys are the keys around a step's verb, which stands behind those up to as: when and how often, what, what came of it.
var stepKeys = []frameKey{
	{name: "id", shape: shapeID, doc: "Names the step: later expressions say `steps.<id>`, an await says `from: <id>`.",
		example: `- id: ring                         # later: steps.ring.call.id, or from: ring
  createCall: {targets: [{identity: {user: {id: "${{ colleague }}"}}}]}
  capture: {leg: call.id}`},
	{name: "name", shape: shapeText, doc: "What the step is for, as progress and reports show it. `${{ }}` in it is evaluated when the step starts.",
		example: `- name: see that the call is up    # as progress and reports show it
  getCall: ${{ leg }}`},
	{name: "if", shape: shapeTest, doc: "The step is skipped unless this holds. Its captured names are there only under the same `if`, or with `??`.",
		example: `- if: run.dialect != "legacy"      # else the step is skipped, and chain is absent
  getCall: ${{ leg }}
  capture: {chain: call.callChainId}
- log: the chain is ${{ chain ?? "not known" }}`},
	{name: "forEach", shape: shapeList, doc: "The step runs once for each item, one after the other. Its outputs and captures become lists in item order.",
		example: `- forEach: ["${{ colleague }}", 112f7296-5fa4-42ca-bae8-6a692b15d4b8]
  createCall: {targets: [{identity: {user: {id: "${{ item }}"}}}]}
  capture: {legs: call.id}         # a list, in the order of the items`},
	{name: "as", shape: shapeID, def: "item", doc: "The name of the item in a forEach.",
		example: `- forEach: ${{ legs }}
  as: one                          # in place of item
  hangUp: ${{ one }}`},
	{name: "until", shape: shapeGoal, doc: "The outcome to wait for, one of the verb's goals. Another final outcome fails the step at once.",
		example: `- transfer:
    call: ${{ leg }}
    transferTarget: {identity: {user: {id: 90ed37dc-d8e3-4e11-9de3-30a955dda06f}}}
  until: refused                   # Ivan declines: expected, so anything else fails the step`},
	{name: "timeout", shape: shapeSpan, doc: "How long the step may take: all attempts and all items of a forEach together. When absent, and `defaults` says nothing, a verb that acts has 75 s (an outgoing call rings for 60 s), one that reads 30 s, `await` and `poll` 30 s: each for one item.",
		example: `- await: {from: ring, match: call.id == leg && call.state == "established"}
  timeout: 90s                     # 30 s when absent`},
	{name: "retry", shape: shapeRetry, doc: "Repeats an action that failed.",
		example: `- listParticipants: ${{ leg }}
  retry:
    attempts: 5
    initialInterval: 1s
    maxInterval: 10s
    when: response.status in [409, 429]`},
	{name: "expect", shape: shapeTests, doc: "What must hold afterwards; sees the step's outputs as plain names.",
		example: `- getCall: ${{ leg }}
  expect:                          # all must hold; the step's outputs are plain names here
    - call.state == "established"
    - response.status == 200`},
	{name: "capture", shape: shapeCaptures, doc: "Names values of the step's outputs for later steps. A value that is absent fails the step.",
		example: `- getCall: ${{ leg }}
  capture:
    subject: call.subject ?? "none"        # without ?? an absent value fails the step
    state: call.state
- log: '"${{ subject }}" is ${{ state }}'`},
	{name: "continueOnError", shape: shapeFlag, def: "false", doc: "A failure of this step does not fail the scenario. The `outcome` of a step that acts is then what it came to: `refused` when the service refused its request, `unanswered` when no usable answer came. So it excuses a request that was refused, with 404 for a wrong id or 429, no less than a call that was declined: where only the latter is meant, let a step `expect: steps.ID.outcome != \"refused\"` follow.",
		example: `- getCall: ${{ leg }}
  capture: {later: call.state}     # so this may be absent
  continueOnError: true            # a failure here is shown, and does not fail the scenario
- log: it is ${{ later ?? "gone" }}`},
}

// defaultKeys are the keys under defaults.
var defaultKeys = []frameKey{
	{name: "timeout", shape: shapeSpan, doc: "The timeout of steps that act or read; when absent 75 s for those that act, 30 s for those that read."},
	{name: "await", shape: shapeSpan, def: "30s", doc: "The timeout of awaits."},
	{name: "finally", shape: shapeSpan, def: "30s", doc: "How long all steps of `finally` may take together."},
	{name: "cleanup", shape: shapeSpan, def: "30s", doc: "How long hanging up what is left may take at the end of the run; only the file that is run says it, not an included one."},
	{name: "retry", shape: shapeRetry, doc: "The retry of steps that act."},
}
