// One run, opened.

// details keeps the last few runs that were read.
const details = new Map();

// arrived says that the browser has read so far: runs stand in the page behind this script.
const arrived = (run) => document.getElementById("run-" + run.n) !== null;

function detailOf(run) {
  let detail = details.get(run.id);
  if (detail) return detail;
  detail = JSON.parse(document.getElementById("run-" + run.n).textContent);
  detail.byKey = new Map();
  const walk = (steps, outer) => steps.forEach((step) => {
    step.outer = outer;
    step.words = [step.verb, step.title, step.item].filter(Boolean).join(" ");
    if (!step.title && step.line) step.words += " of line " + step.line;
    if (!detail.byKey.has(step.key)) detail.byKey.set(step.key, step);
    walk(step.inner ?? [], step);
  });
  walk(detail.steps, null);
  if (details.size > 20) details.delete(details.keys().next().value);
  details.set(run.id, detail);
  return detail;
}

const stepByKey = (detail, key) => detail.byKey.get(key);

// runView is the whole run. `all` opens everything of it, for paper.
function runView(run, all) {
  const detail = detailOf(run);
  const wrong = wentWrong(run.status);
  const why = (wrong && detail.why) || [];
  const ladder = ladderView(detail, wrong || all);
  return el("article", { class: "run", "data-run": run.id },
    head(run, detail, all),
    wrong && why.length === 0 && run.reason && section("why", "Why", el("p", { class: "text" }, run.reason)),
    why.map((n, i) => section(i === 0 ? "why" : "also-" + n, i === 0 ? "Why it failed" : "Also failed", failureView(detail.failures[n], run, detail))),
    wrong && detail.command && el("p", { class: "faint about again" }, "run it again: ", el("code", null, detail.command)),
    detail.up && section("up", "Calls that were up when it was cut short", facts(detail.up, run)),
    detail.logs && section("warnings", "Warnings", logs(detail.logs)),
    ladder && section("ladder", "What happened", ladder),
    detail.steps.length > 0 && section("steps", "Steps", el("ol", { class: "steps" }, detail.steps.map((step) => stepView(step, run, detail, all)))),
    detail.events && section("inbox", "Inbox", inbox(detail, run)),
    (detail.loose || detail.cleanup) && section("cleanup", "Cleanup", cleanup(detail)),
    detail.outputs && section("outputs", "Outputs", values(detail.outputs)));
}

function section(id, title, ...content) {
  return el("section", { class: "section", "data-part": id }, el("h3", { tabindex: "-1" }, title), content);
}

function head(run, detail, all) {
  const facts = [run.at ? null : run.file, run.target && run.target + (run.dialect ? " (" + run.dialect + ")" : ""),
    run.status !== "skipped" && (run.simulated ? "simulated " : "") + lasting(run.took), "seed " + run.seed, run.chaos && "chaos " + run.chaos,
    !run.simulated && run.began.replace("T", " ").replace(/\.\d+Z$/, "Z"), run.left > 0 && count(run.left, "call") + " left up"].filter(Boolean);
  const parts = [wentWrong(run.status) && (detail.why || run.reason) && ["why", "Why"], detail.ladder && ["ladder", "Ladder"], detail.steps.length && ["steps", "Steps " + detail.byKey.size],
    detail.events && ["inbox", "Inbox " + detail.events.length], (detail.cleanup || detail.loose) && ["cleanup", "Cleanup"]].filter(Boolean);
  return el("header", { class: "run-head" },
    el("p", { class: "to-list" }, el("a", { href: at({ run: null, part: null, key: null }) }, "← all runs")),
    el("h2", { tabindex: "-1" }, badge(run.status), " ", run.name, run.row && el("span", { class: "matrix" }, " [" + run.row + "]")),
    el("p", { class: "faint about" }, run.file && el("span", { class: "file" }, run.file, " · "), facts.filter((f) => f !== run.file).join(" · ")),
    detail.given && el("p", { class: "faint about given" }, "ran with ", el("code", null, detail.given)),
    run.status === "skipped" && run.reason && el("p", null, run.reason),
    about(detail, all),
    siblings(run),
    el("p", { class: "tools" }, (run.tags ?? []).map((tag) => el("a", { class: "chip", href: at({ tag, run: null, part: null, key: null }) }, tag)),
      copier("a link to this run", () => location.href.replace(/#.*/, "") + address({ run: run.id }), "copy link"),
      detail.command && copier("the command that runs it again", () => detail.command, "copy command")),
    parts.length > 1 && el("nav", { "aria-label": "parts of the run" }, parts.map(([id, title]) => el("a", { href: toRun(run, id) }, title))));
}

// about is what the author says of the scenario: its first paragraph, and the others for who wants them.
function about(detail, all) {
  if (!detail.about) return null;
  const [first, ...rest] = detail.about.split(/\n\s*\n|(?<=[.:!?])\n/);
  const more = rest.map((text) => el("p", { class: "story" }, text));
  return [el("p", { class: "story" }, first), rest.length > 0 && el("details", { class: "quiet", open: all }, el("summary", null, "more about this scenario"), more)];
}

// siblings says how the other runs of the same went.
function siblings(run) {
  const g = run.group;
  if (g.runs.length < 2) return null;
  const others = g.flaky ? (run.status === "passed" ? g.failing : g.runs.filter((r) => r.status === "passed")) : [];
  return el("p", null, g.flaky && el("span", { class: "chip is-warn" }, "flaky"), " ", g.passed + " of " + g.tested + " runs of this passed",
    others.length > 0 && [". Compare with seed ", others.slice(0, 5).map((r, i) => [i > 0 && ", ", el("a", { href: toRun(r) }, r.seed)]), ", which " + (run.status === "passed" ? "did not pass" : "passed")], ".");
}

function ladderView(detail, open) {
  if (!detail.ladder) return null;
  const text = () => el("pre", { class: "scroll", tabindex: "0", role: "group", "aria-label": "ladder as text" }, detail.ladder);
  const content = () => {
    const svg = ladderSVG(detail);
    return el("div", { class: "ladder" },
      svg ? el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "ladder" }, svg) : text(),
      el("div", { class: "tools" }, copier("the ladder as text", () => detail.ladder, "copy as text"), svg && fold({ class: "quiet" }, "as text", text)));
  };
  return fold({ class: "quiet", open }, "Ladder: requests, responses, notifications and what people did, in order", content);
}

// ladderSVG is the ladder's SVG, read as XML, in which nothing can run.
function ladderSVG(detail) {
  const svg = detail.drawing && new DOMParser().parseFromString(detail.drawing, "image/svg+xml").documentElement;
  if (svg?.localName !== "svg" || svg.querySelector("parsererror, script")) return null;
  const own = document.importNode(svg, true);
  own.style.minWidth = 0.8 * svg.getAttribute("width") + "px"; // smaller it cannot be read: then it scrolls
  return own;
}

const logs = (list) => el("ol", { class: "facts" }, list.map((l) =>
  el("li", { class: { error: "is-bad", warning: "is-warn" }[l.level] }, momentView(l.at), el("span", { class: "text" }, (l.level === "info" ? "" : l.level + ": ") + l.text))));

const values = (list) => el("dl", { class: "fields" }, list.map((v) => [el("dt", null, v.name), el("dd", null, el("code", null, v.value))]));

// waterfall puts a step where it lies in the time of the run.
function waterfall(step, total) {
  const piece = el("span", { class: "bar-fill" });
  piece.style.marginLeft = Math.min((step.at / total) * 100, 99) + "%";
  piece.style.width = Math.max((step.took / total) * 100, 0.8) + "%";
  return el("span", { class: "bar", "aria-hidden": "true" }, piece);
}

function stepView(step, run, detail, all) {
  const total = Math.max(run.took, ...detail.steps.map((s) => s.at + s.took), 1);
  const open = all || step.failure !== undefined && step.status === "failed" || (step.inner ?? []).some((s) => s.status !== "passed" && s.status !== "skipped");
  const note = step.status === "skipped" || step.status === "cancelled" ? step.reason : null;
  return el("li", { class: "step " + tone(step.status, step.excused), "data-step": step.key },
    fold({ open }, [
      el("span", { class: "sign" }, icon(step.status, statusWord(step.status))),
      el("span", { class: "what" },
        step.branch && el("span", { class: "faint" }, step.branch + ": "),
        el("span", { class: "verb" }, step.verb), " ", el("span", { class: "name" }, step.title, step.item && " " + step.item),
        step.outcome && el("span", { class: "outcome" }, " → " + step.outcome),
        step.attempts > 1 && el("span", { class: "chip is-warn" }, step.attempts + " attempts"),
        step.excused && el("span", { class: "chip is-warn" }, "excused"),
        note && el("span", { class: "faint" }, " " + step.status + ": " + note),
        step.text && el("span", { class: "hint" }, " ", step.text)),
      el("span", { class: "took" }, waterfall(step, total), " ", lasting(step.took)),
    ], () => stepBody(step, run, detail, all)));
}

function stepBody(step, run, detail, all) {
  const failure = step.failure !== undefined && detail.failures[step.failure];
  const wrong = step.status === "failed";
  const place = step.file && step.file + ":" + step.line;
  return el("div", { class: "body" },
    el("dl", { class: "fields" },
      [["began at", moment(step.at)], ["written at", place], ["waits for", step.goal || null],
        [/await|expectNone|poll/.test(step.verb) ? "condition" : "about", step.text], ["status", statusWord(step.status) + (step.reason ? ": " + step.reason : "")]]
        .filter((pair) => pair[1]).map(([k, v]) => [el("dt", null, k), el("dd", null, v)]),
      step.reached && [el("dt", null, "outcome"), el("dd", null, step.reached.goal, step.reached.goal !== step.reached.wanted && " (wanted: " + step.reached.wanted + ")",
        step.reached.result && " " + step.reached.result, step.reached.event && [", by ", eventLink(run, step.reached.event)])],
      step.successor && [el("dt", null, "goes on"), el("dd", null, step.successor)],
      step.claimed && [el("dt", null, "took"), el("dd", null, step.claimed.map((c, i) => [i > 0 && ", ", eventLink(run, c.event), c.part && " for " + c.part]))],
      (step.captures ?? []).map((c) => [el("dt", null, "captured"), el("dd", null, el("code", null, c.name + " = " + c.value))])),
    step.logs && logs(step.logs),
    failure && (all && wrong ? null : step.excused ? failureView(failure, run, detail)
      : el("p", { class: "is-bad" }, failure.text, " ", detail.why?.includes(step.failure) && el("a", { href: toRun(run, step.failure === detail.why[0] ? "why" : "also-" + step.failure) }, "why it failed"))),
    attempts(step, all || wrong),
    step.inner && el("ol", { class: "steps" }, step.inner.map((inner) => stepView(inner, run, detail, all))));
}

// attempts are the requests of a step, one by one, with why each was repeated and when.
function attempts(step, open) {
  const retries = new Map((step.retries ?? []).map((r) => [r.attempt, r]));
  const list = step.exchanges ?? [];
  return list.map((x, i) => {
    const r = (list[i + 1]?.attempt !== x.attempt) && retries.get(x.attempt);
    return [exchangeView(x, open && (i === list.length - 1 || failed(x))),
      r && el("p", { class: "retry is-warn" }, "↻ attempt " + r.attempt + " of " + r.of + " failed: " + r.reason + "; again in " + lasting(r.wait))];
  });
}

const failed = (x) => !x.response || !x.response.status || x.response.status >= 400;

function exchangeView(x, open) {
  const a = x.response;
  const how = failed(x) ? "is-bad" : "is-good";
  return fold({ class: "exchange", open }, [momentView(x.at), el("code", null, x.method + " " + x.path), x.who && el("span", { class: "faint" }, " (" + x.who + ") "), x.attempt > 1 && el("span", { class: "chip" }, "attempt " + x.attempt),
    " ", el("span", { class: how }, a ? a.words : "no response: the journal breaks off"), a && el("span", { class: "faint" }, " in " + lasting(a.took))],
  () => el("div", { class: "pair" },
    message("Request", x.method + " " + x.path + (x.bot ? " as " + x.bot : ""), x.headers, x.body),
    a && message("Response", a.words, a.headers, a.body, a.text)));
}

function message(title, line, headers, body, text) {
  const parts = body ? pretty(body) : [];
  return el("section", { class: "message" },
    el("h4", null, title), el("p", null, el("code", null, line)),
    headers && el("details", { class: "quiet" }, el("summary", null, count(headers.length, "header")),
      el("dl", { class: "fields" }, headers.map((h) => [el("dt", null, h.name), el("dd", null, h.value)]))),
    body && jsonView(title.toLowerCase() + " body", parts),
    text && el("pre", { class: "scroll", tabindex: "0", role: "group", "aria-label": title + " text" }, text),
    !body && !text && el("p", { class: "faint" }, "no body"));
}

const jsonView = (what, parts) => el("div", { class: "json" }, copier("the " + what, () => plainText(parts)),
  el("pre", { class: "scroll", tabindex: "0", role: "group", "aria-label": what }, parts));

function inbox(detail, run) {
  const name = (key) => stepByKey(detail, key)?.words ?? key;
  return [el("ol", { class: "inbox" }, detail.events.map((e) => el("li", { "data-event": e.seq },
    fold({ class: "exchange" }, [el("span", { class: "n" }, e.seq ?? "–"), momentView(e.at), el("span", { class: "what" }, e.summary,
      e.call && el("span", { class: "faint" }, " [" + shortID(e.call) + "]"), " ",
      e.origin && el("span", { class: "chip" }, "from the response"),
      (e.odd ?? []).map((word) => el("span", { class: "chip is-warn" }, word)),
      e.late && el("span", { class: "chip is-warn" }, "too late for " + name(e.late)),
      e.problem && el("span", { class: "is-bad" }, " " + e.problem),
      e.served && el("span", { class: "taken" }, " → " + e.served.map(name).join(", ") + (e.part ? " (" + e.part + ")" : "")))],
    () => el("div", { class: "body" },
      el("dl", { class: "fields" }, [["kind", e.kind], ["change", e.change], ["call", e.call && e.call + (e.who ? " (" + e.who + ")" : "")], ["message id", e.message],
        ["sent", e.sent !== undefined && moment(e.sent)], ["answered", e.answered]].filter((pair) => pair[1]).map(([k, v]) => [el("dt", null, k), el("dd", null, v)]),
      e.served && [el("dt", null, "served"), el("dd", null, e.served.map((key, i) => [i > 0 && ", ", el("a", { href: toRun(run, "step", key) }, name(key))]))]),
      e.raw && jsonView("notification", pretty(e.raw)), e.answer && jsonView("answer", pretty(e.answer))))))),
  (detail.missing ?? []).map((gap) => el("p", { class: "is-warn" },
    "Of call " + gap.call + " the service had " + gap.count + " more to send, which did not come."))];
}

function cleanup(detail) {
  return [detail.cleanup && el("ul", { class: "plain" }, detail.cleanup.map((c) => el("li", { class: c.failed ? "is-warn" : null }, c.text,
    c.orphan && el("pre", { class: "scroll", tabindex: "0", role: "group", "aria-label": "what is known of the call" }, c.orphan.join("\n"))))),
  (detail.loose ?? []).map((x) => exchangeView(x, false))];
}
