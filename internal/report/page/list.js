// The list of runs: those of one scenario, row and target stand together.

const groups = new Map();
for (const run of runs) {
  const key = JSON.stringify([run.name, run.row, run.file, run.target, run.dialect]);
  let group = groups.get(key);
  if (!group) groups.set(key, (group = { key, runs: [], open: false }));
  group.runs.push(run);
  run.group = group;
}
for (const group of groups.values()) {
  const tested = group.runs.filter((run) => run.status !== "skipped");
  group.passed = tested.filter((run) => run.status === "passed").length;
  group.flaky = group.passed > 0 && group.passed < tested.length;
  group.failing = tested.filter((run) => run.status !== "passed");
  group.tested = tested.length;
}

// slowFrom is how long the slowest tenth takes at least; with few runs or all alike nothing is slow.
const slowFrom = (() => {
  const took = runs.map((run) => run.took).sort((a, b) => a - b);
  const edge = took[Math.ceil(took.length * 0.9)];
  return took.length >= 10 && edge > 2 * took[Math.floor(took.length / 2)] ? edge : Infinity;
})();

const marks = {
  flaky: { label: "flaky", why: "the same scenario passed and failed", has: (run) => run.group.flaky },
  slow: { label: "slow", why: "the slowest tenth: " + lasting(slowFrom) + " and more", has: (run) => run.took >= slowFrom },
  retried: { label: "retried", why: "an action was repeated", has: (run) => run.retried > 0 },
};

for (const run of runs) {
  run.hay = [fullName(run), run.file, run.target, run.dialect, (run.tags ?? []).join(" "), run.text, run.at, run.reason, (run.codes ?? []).join(" "),
    statusWord(run.status), "seed " + run.seed, run.chaos].join("\n").toLowerCase();
}

const statuses = ["failed", "broken", "interrupted", "broken off", "passed", "skipped"].filter((s) => runs.some((run) => run.status === s));

function matches(run) {
  if (view.status && !view.status.split(",").includes(run.status)) return false;
  if (view.tag && !run.tags?.includes(view.tag)) return false;
  if (view.code && !run.codes?.includes(view.code)) return false;
  if (view.mark && !view.mark.split(",").every((m) => marks[m]?.has(run) ?? true)) return false;
  return view.q.toLowerCase().split(/\s+/).every((word) => run.hay.includes(word) || word.length > 7 && run.id.includes(word));
}

const filtered = () => Boolean(view.q || view.status || view.tag || view.code || view.mark);

const chips = (run, withFlaky) => [
  (run.codes ?? []).slice(0, 2).map((code) => el("span", { class: "chip code" }, code)),
  withFlaky && run.group.flaky && el("span", { class: "chip" }, "flaky"),
  run.took >= slowFrom && el("span", { class: "chip", title: marks.slow.why }, "slow"),
  run.retried > 0 && el("span", { class: "chip", title: count(run.retried, "action") + " repeated" }, "retried"),
  run.left > 0 && el("span", { class: "chip is-warn" }, count(run.left, "call") + " left up"),
];

// row is one run. `inner` says that it stands in its group, which has its name already.
function row(run, inner) {
  const [what, cause] = halves(run.text ?? "");
  const why = what ? [run.at && el("span", { class: "place" }, lineOf(run.at) + " "), what] : run.reason;
  return el("li", { class: "row " + tone(run.status), "data-run": run.id },
    el("a", { href: toRun(run), "aria-current": run.id === view.run && "true" },
      el("span", { class: "sign" }, icon(run.status), el("span", { class: "word" }, statusWord(run.status))),
      el("span", { class: "what" },
        el("span", { class: "name" }, inner ? "seed " + run.seed : run.name, !inner && run.row && el("span", { class: "matrix" }, " [" + run.row + "]")),
        " ", chips(run, !inner),
        why && el("span", { class: "why" + (cause ? " half" : "") }, why), cause && el("span", { class: "why cause" }, cause)),
      el("span", { class: "took" }, lasting(run.took))));
}

// halves parts what a service answered from what explains it: a line that is cut off would lose the half that decides.
function halves(text) {
  const at = text.lastIndexOf('"; ');
  return at < 0 ? [text, ""] : [text.slice(0, at + 1), text.slice(at + 3)];
}

// lineOf leaves of a/b.yaml:12:5 what the eye needs beside the run's name.
const lineOf = (place) => place.replace(/^.*[\\/]/, "");

// strip shows all runs of a group as small squares, for the eye and the mouse; the rows below say the same.
function strip(group) {
  const squares = group.runs.slice(0, 500).map((run) => el("span", { class: "square " + tone(run.status) + (wentWrong(run.status) ? " wrong" : ""),
    title: "seed " + run.seed + ": " + statusWord(run.status) + " in " + lasting(run.took), onclick: () => { location.hash = toRun(run); } }));
  return el("div", { class: "strip", "aria-hidden": "true" }, squares);
}

// mostInner bounds the rows that a group shows before it is asked for all.
const mostInner = 5;

function groupRow(group, shown) {
  const first = group.runs[0];
  const status = group.flaky ? "flaky" : group.passed === group.tested ? "passed" : "failed";
  const took = group.runs.map((run) => run.took).sort((a, b) => a - b);
  const inner = el("ul", { class: "inner" });
  const wrong = shown.filter((run) => wentWrong(run.status));
  const list = group.open || filtered() && shown.length < group.runs.length ? shown : wrong.slice(0, mostInner);
  list.slice(0, 1000).forEach((run) => inner.append(row(run, true)));
  const open = shown.find((run) => run.id === view.run);
  if (open && !list.includes(open)) inner.append(row(open, true));
  const rest = shown.length - inner.children.length;
  const toggle = () => { group.open = !group.open; draw(); };
  return el("li", { class: "group " + (group.flaky ? "is-warn" : tone(status)) },
    el("div", { class: "head" },
      el("span", { class: "sign" }, icon(status), el("span", { class: "word" }, group.flaky ? "flaky" : statusWord(status))),
      el("span", { class: "what" },
        el("span", { class: "name" }, first.name, first.row && el("span", { class: "matrix" }, " [" + first.row + "]")),
        el("span", { class: "why" }, group.passed.toLocaleString("en") + " of " + group.tested.toLocaleString("en") + " passed",
          group.failing.length > 0 && "; failing seeds " + seeds(group.failing))),
      el("span", { class: "took" }, lasting(took[0]) === lasting(took.at(-1)) ? lasting(took[0]) : lasting(took[0]) + " – " + lasting(took.at(-1)))),
    strip(group), inner.children.length > 0 && inner,
    (rest > 0 || group.open) && el("button", { type: "button", class: "more", onclick: toggle }, group.open ? "show fewer" : "show " + count(rest, inner.children.length > 0 ? "more run" : "run")));
}

const seeds = (list) => list.slice(0, 12).map((run) => run.seed).join(", ") + (list.length > 12 ? " and " + (list.length - 12) + " more" : "");

const listing = el("ol", { class: "runs", "aria-label": "runs" });
const listNote = el("p", { class: "note" });
let drawing = 0;

// What is listed comes in pieces, so that the first rows are there at once however many follow.
const piece = 150;

function draw() {
  const turn = ++drawing;
  const shown = runs.filter(matches);
  const byGroup = new Map();
  for (const run of shown) {
    const list = byGroup.get(run.group);
    if (list) list.push(run);
    else byGroup.set(run.group, [run]);
  }
  const entries = [...byGroup].map(([group, list]) => ({ group, list }));
  const rank = (entry) => (entry.list.some((run) => wentWrong(run.status)) ? 0 : entry.list.every((run) => run.status === "skipped") ? 2 : 1);
  if (view.sort === "slowest") entries.sort((a, b) => Math.max(...b.list.map((r) => r.took)) - Math.max(...a.list.map((r) => r.took)));
  else if (view.sort !== "order") entries.sort((a, b) => rank(a) - rank(b));
  listing.order = entries.flatMap((entry) => entry.list);
  const some = filtered();
  fill(clear(listNote), null, [shown.length === 0 ? "No run matches. " : some ? shown.length.toLocaleString("en") + " of " + count(runs.length, "run") + ". " : "",
    some && el("a", { href: at({ q: "", status: "", tag: "", code: "", mark: "" }) }, "show all")]);
  listNote.hidden = !some && shown.length > 0;
  clear(listing);
  let next = 0;
  const more = () => {
    if (turn !== drawing) return;
    const part = document.createDocumentFragment();
    for (const end = Math.min(next + piece, entries.length); next < end; next++) {
      const { group, list } = entries[next];
      part.append(group.runs.length > 1 ? groupRow(group, list) : row(list[0], false));
    }
    listing.append(part);
    if (next < entries.length) requestAnimationFrame(more);
  };
  more();
}

function clear(node) {
  node.replaceChildren();
  return node;
}

// The filters.

const search = el("input", { type: "search", placeholder: "Filter by name, text, file, code, seed", "aria-label": "filter runs by text",
  autocomplete: "off", spellcheck: "false", oninput: () => replace({ q: search.value, run: wide.matches ? view.run : null }) });

function choice(name, label, values) {
  const select = el("select", { "aria-label": label, onchange: () => replace({ [name]: select.value }) },
    el("option", { value: "" }, label), values.map(([value, n]) => el("option", { value }, value + " (" + n + ")")));
  select.refresh = () => {
    if (view[name] && ![...select.options].some((o) => o.value === view[name])) {
      select.append(el("option", { value: view[name] }, view[name] + " (0)")); // of an address that somebody wrote
    }
    select.value = view[name];
    select.classList.toggle("set", Boolean(view[name]));
  };
  return values.length > 0 ? select : null;
}

function toggles(name, values) {
  const chosen = () => (view[name] ? view[name].split(",") : []);
  const buttons = values.map(({ value, label, n, why, sign }) => el("button", { type: "button", class: "toggle " + (sign ? tone(value) : ""), title: why,
    "data-value": value, onclick: () => {
      const now = chosen();
      replace({ [name]: (now.includes(value) ? now.filter((v) => v !== value) : [...now, value]).join(",") });
    } }, sign && icon(value), sign && " ", el("b", null, n.toLocaleString("en")), " ", label));
  const box = el("div", { class: "toggles", role: "group", "aria-label": name }, buttons);
  box.refresh = () => buttons.forEach((b) => b.setAttribute("aria-pressed", String(chosen().includes(b.dataset.value))));
  return buttons.length > 0 ? box : null;
}

function tally(pick) {
  const n = new Map();
  for (const run of runs) for (const value of pick(run) ?? []) n.set(value, (n.get(value) ?? 0) + 1);
  return [...n].sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

const filters = [
  toggles("status", statuses.map((status) => ({ value: status, label: statusWord(status), n: runs.filter((run) => run.status === status).length, sign: true }))),
  toggles("mark", Object.entries(marks).map(([value, m]) => ({ value, label: m.label, why: m.why, n: runs.filter(m.has).length })).filter((m) => m.n > 0)),
  choice("tag", "any tag", tally((run) => run.tags)),
  choice("code", "any code", tally((run) => run.codes)),
].filter(Boolean);

const sorts = ["order", "slowest"];
const sorter = el("select", { "aria-label": "order of the runs", onchange: () => replace({ sort: sorter.value }) },
  el("option", { value: "" }, "what went wrong first"), el("option", { value: "order" }, "as they were run"), el("option", { value: "slowest" }, "slowest first"));

const toolbar = el("form", { class: "toolbar", role: "search", "aria-label": "filter the runs", onsubmit: (e) => e.preventDefault() },
  search, filters, runs.length > 1 && sorter);

function refreshFilters() {
  if (search.value !== view.q) search.value = view.q;
  sorter.value = sorts.includes(view.sort) ? view.sort : "";
  filters.forEach((f) => f.refresh());
}
