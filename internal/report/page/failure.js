// Why something failed, laid out part by part.

function failureView(f, run, detail) {
  const name = (key) => stepByKey(detail, key)?.words ?? key;
  return [
    el("div", { class: "verdict" },
      f.place && el("p", { class: "place" }, f.place, " ", copier("the place", () => f.place)),
      (f.included ?? []).map((by) => el("p", { class: "faint" }, by)),
      el("p", { class: "text" }, f.text),
      f.step && el("p", { class: "faint" }, "in step ", el("a", { href: toRun(run, "step", f.step) }, name(f.step)))),
    excerptView(f),
    f.facts && part("What is known" + (f.reason ? " (" + f.reason + ")" : ""), facts(f.facts, run)),
    f.awaited && part("Awaited", el("pre", { class: "code" }, f.awaited)),
    f.trees && part(f.trees.length > 1 ? "What does not hold" : "What the expression saw", f.trees.map((t) => treeView(t, f))),
    f.arrivals && part(arrivalsTitle(f.arrivals), arrivalsView(f.arrivals, run)),
    f.late && part("What came too late", facts(f.late, run), el("p", { class: "faint" }, "The step needs a longer timeout if these are what it waits for.")),
    f.graph && part("What the service answered", el("p", null, el("b", null, f.graph.status + " " + (f.graph.code ?? "")), " ", f.graph.message),
      !f.trace && idsView(answerIDs(f.graph))),
    f.codes && part(f.codes.length > 1 ? "What the codes mean" : "What the code means", f.codes.map(codeView)),
    f.hints && part(f.hints.length > 1 ? "Hints" : "Hint", el("ul", { class: "plain" }, f.hints.map((hint) => el("li", null, hint)))),
    f.trace && part("For the service's support", idsView(f.trace), copier("all ids", () => f.trace.map((id) => id.name + ": " + id.value).join("\n"), "copy all")),
  ];
}

const part = (title, ...content) => el("section", { class: "part" }, el("h4", null, title), content);

const idsView = (ids) => el("dl", { class: "ids" }, ids.map((id) => [el("dt", null, id.name),
  el("dd", null, el("code", null, id.value), " ", copier(id.name, () => id.value))]));

// answerIDs are those that came with an answer; what is traced has them too.
const answerIDs = (graph) => [["request-id", graph.requestId], ["client-request-id", graph.clientRequestId], ["date", graph.date]]
  .filter(([, value]) => value).map(([name, value]) => ({ name, value }));

const momentView = (ms) => el("span", { class: "moment" }, ms === undefined ? "" : moment(ms));

function facts(list, run) {
  return el("ol", { class: "facts" }, list.map((fact) => el("li", null, momentView(fact.at),
    el("span", null, fact.text, fact.after ? ", " + lasting(fact.after) + " after it gave up" : "", fact.event > 0 && [" (", eventLink(run, fact.event), ")"]))));
}

const eventLink = (run, seq) => el("a", { href: toRun(run, "event", seq) }, "event " + seq);

function excerptView(f) {
  if (!f.excerpt) return null;
  return el("pre", { class: "excerpt", tabindex: "0", role: "group", "aria-label": "the scenario's lines" }, f.excerpt.map((line) =>
    el("span", { class: line.mark ? "line marked" : "line" },
      el("span", { class: "n" }, line.mark && "▸ ", line.n),
      line.mark ? el("mark", null, line.text || " ") : line.text, "\n")));
}

// A tree is open as far as it explains: parts of what was as it should be are closed.
function treeView(t, f) {
  return el("div", { class: "tree" }, t.line && el("p", { class: "faint" }, "line " + t.line), treeNode(t, true));
}

function treeNode(t, open) {
  const value = el("span", { class: "value " + (t.how ?? "") }, t.value);
  const line = [el("code", null, t.text), " ", el("span", { class: "faint" }, "→"), " ", value];
  if (!t.parts && !t.fields) return el("div", { class: "leaf" }, line);
  const box = el("details", { open }, el("summary", null, line),
    t.fields && el("dl", { class: "fields" }, t.fields.map((field) => [el("dt", null, field.name), el("dd", null, field.value)])),
    (t.parts ?? []).map((p) => treeNode(p, p.how !== "good" || (t.parts.length === 1))));
  return box;
}

const groupTitles = { early: "was there when the wait began", came: "came while it waited" };

function arrivalsTitle(a) {
  const waited = a.waited ? " in " + lasting(a.waited) : "";
  return a.list ? "What arrived" + waited : "Nothing arrived" + waited;
}

function arrivalsView(a, run) {
  if (!a.list) return el("p", { class: "faint" }, "Not one event came. Either nothing happened, or the service could not reach the callback address.");
  let last = "";
  const rows = [];
  for (const m of a.list) {
    const title = m.lead ?? groupTitles[m.group];
    if (title !== last) rows.push(el("li", { class: "heading" }, title));
    last = title;
    rows.push(el("li", { class: "miss " + (m.mark ?? "") },
      momentView(m.at),
      el("span", null,
        m.event ? el("a", { href: toRun(run, "event", m.event) }, m.text) : m.text, m.call && el("span", { class: "faint" }, " [" + shortID(m.call) + "]"),
        m.mark && el("span", { class: "chip " + (m.mark === "decided" ? "is-bad" : "is-warn") }, m.mark === "decided" ? "decided it" : "came nearest"),
        m.note && el("span", { class: "faint" }, " " + m.note),
        (m.why ?? []).map((w) => el("div", { class: "tree" }, el("p", { class: "faint" }, (m.mark === "decided" ? "why" : "why not") + (w.part ? " " + w.part : "") + ":"), treeNode(w.tree, true))))));
  }
  if (a.none) rows.push(el("li", { class: "heading" }, "nothing came while it waited"));
  return el("ol", { class: "facts" }, rows);
}

function codeView(c) {
  const rows = (label, list) => list && [el("dt", null, label), el("dd", null, el("ul", { class: "plain" }, list.map((text) => el("li", null, text))))];
  return el("div", { class: "meaning" },
    el("p", null, el("span", { class: "chip code" }, c.name), " ", c.meaning, c.known && el("span", { class: "faint" }, " (" + c.known + ")")),
    el("dl", null, rows("likely", c.causes), rows("next", c.next), rows("source", c.source)));
}
