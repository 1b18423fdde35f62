// The page: its head, the list beside the run, the keys.

const wide = matchMedia("(min-width: 70rem)");
const dark = matchMedia("(prefers-color-scheme: dark)");

let chosen = ""; // light, dark, or as the system has it

function setTheme(theme) {
  chosen = theme;
  const now = theme || (dark.matches ? "dark" : "light");
  document.documentElement.className = theme;
  themeButton.textContent = now === "dark" ? "light" : "dark";
  themeButton.setAttribute("aria-label", "change to " + (now === "dark" ? "light" : "dark") + " colours");
  kept.set("theme", theme);
}

const themeButton = el("button", { type: "button", onclick: () => {
  const now = chosen || (dark.matches ? "dark" : "light");
  setTheme(now === "dark" ? "light" : "dark");
} });

const keyList = [["/", "filter by text"], ["j  k", "next and previous run"], ["Enter", "open the run"], ["n  p", "next and previous step of the open run"],
  ["w", "why it failed"], ["e", "open or close all steps"], ["Esc", "back to the list"], ["t", "light or dark"], ["?", "this help"]];

const keysOn = el("input", { type: "checkbox", id: "keys-on", onchange: () => kept.set("keys", keysOn.checked ? "" : "off") });
keysOn.checked = kept.get("keys") !== "off";

const help = el("dialog", { "aria-labelledby": "help-title" },
  el("h2", { id: "help-title" }, "Keys"),
  el("dl", { class: "keys" }, keyList.map(([key, does]) => [el("dt", null, key.split("  ").map((k, i) => [i > 0 && " ", el("kbd", null, k)])), el("dd", null, does)])),
  el("p", null, keysOn, " ", el("label", { for: "keys-on" }, "single keys do this")),
  el("form", { method: "dialog" }, el("button", null, "close")));

const listPane = el("section", { class: "list", "aria-label": "list of runs" }, toolbar, listNote, listing);
const runPane = el("section", { class: "open", "aria-label": "run", hidden: true });
const mainPane = el("main", { id: "main" }, listPane, runPane);

function masthead() {
  const by = new Set(runs.map((run) => run.target + (run.dialect ? " (" + run.dialect + ")" : "")).filter((t) => t !== " " && t));
  const simulated = runs.reduce((sum, run) => sum + (run.simulated ? run.took : 0), 0);
  const facts = [count(runs.length, "run"), [...by].slice(0, 3).join(", "), report.wall && "took " + lasting(report.wall), simulated && "simulated " + lasting(simulated),
    report.notRun && report.notRun + " not run", (report.command + " " + report.version).trim()].filter(Boolean);
  const strip = el("div", { class: "share", "aria-hidden": "true" }, statuses.map((status) => {
    const piece = el("span", { class: tone(status) + " share-" + status.replace(" ", "-") });
    piece.style.flexGrow = runs.filter((run) => run.status === status).length;
    return piece;
  }));
  const wrong = runs.filter((run) => wentWrong(run.status)).length;
  const title = runs.length === 0 ? "No runs" : runs.length === 1 ? statusWord(runs[0].status)[0].toUpperCase() + statusWord(runs[0].status).slice(1) + ": " + fullName(runs[0]) : wrong > 0 ? wrong.toLocaleString("en") + " of " + count(runs.length, "run") + " went wrong"
    : runs.every((run) => run.status === "skipped") ? "All skipped" : "All " + count(runs.length, "run") + " passed";
  document.title = title + " · callflow";
  return el("header", { class: "masthead" },
    el("a", { class: "skip", href: "#", onclick: (e) => { e.preventDefault(); (runPane.hidden ? listing.querySelector("a, button") : runPane.querySelector("h2"))?.focus(); } }, "skip to the runs"),
    el("div", null, el("h1", null, title), el("p", { class: "faint" }, facts.join(" · "))),
    el("div", { class: "tools" }, themeButton, el("button", { type: "button", onclick: () => help.showModal(), "aria-label": "keys" }, "?")),
    strip);
}

// show brings the page to what the address says.
let shownList = null;
let listScroll = 0;

function show(first) {
  const before = view;
  view = readAddress();
  refreshFilters();
  const run = view.run !== null ? runByID.get(view.run) : null;
  const listKey = JSON.stringify([view.q, view.status, view.tag, view.code, view.mark, view.sort]);
  if (run && runPane.hidden) listScroll = scrollY;
  if (listKey !== shownList) {
    shownList = listKey;
    draw();
    say(count(listing.order.length, "run"));
  } else if (before.run !== view.run) markCurrent();
  document.body.classList.toggle("has-run", view.run !== null);
  runPane.hidden = view.run === null;
  if (view.run === null) {
    clear(runPane);
    if (before.run) {
      scrollTo(0, wide.matches ? scrollY : listScroll);
      rowOf(before.run)?.focus({ preventScroll: true });
    }
    return;
  }
  if (!run) {
    fill(clear(runPane), null, [el("h2", { tabindex: "-1" }, "No such run"), el("p", null, "This report has no run ", el("code", null, view.run), ". ",
      el("a", { href: at({ run: null, part: null, key: null }) }, "All runs"))]);
    return;
  }
  if (!arrived(run)) {
    fill(clear(runPane), null, [el("h2", { tabindex: "-1" }, "Loading…")]);
    return;
  }
  if (runPane.firstElementChild?.dataset.run !== run.id) {
    clear(runPane).append(runView(run, false));
    runPane.scrollTop = 0;
    if (!wide.matches) scrollTo(0, 0);
  }
  if (view.part) reveal(run);
  else if (before.run !== view.run || first) runPane.querySelector("h2").focus({ preventScroll: true });
}

const rowOf = (id) => listing.querySelector('[data-run="' + CSS.escape(id) + '"] > a');

function markCurrent() {
  listing.querySelector("a[aria-current]")?.removeAttribute("aria-current");
  const row = rowOf(view.run ?? "");
  row?.setAttribute("aria-current", "true");
  if (wide.matches) row?.scrollIntoView({ block: "nearest" });
}

// reveal opens and shows the part that the address names.
function reveal(run) {
  let target = null;
  if (view.part === "step") {
    const detail = detailOf(run);
    const way = [];
    for (let step = stepByKey(detail, view.key); step; step = step.outer) way.unshift(step);
    for (const step of way) {
      target = runPane.querySelector('[data-step="' + CSS.escape(step.key) + '"]');
      if (target) openFold(target.firstElementChild);
    }
  } else if (view.part === "event") {
    target = runPane.querySelector('[data-event="' + CSS.escape(view.key ?? "") + '"]');
    if (target) openFold(target.firstElementChild);
  } else {
    target = runPane.querySelector('[data-part="' + CSS.escape(view.part) + '"]');
    const box = target?.querySelector(":scope > details");
    if (box) openFold(box);
  }
  if (!target) return say("this run has no such part");
  runPane.querySelector(".target")?.classList.remove("target");
  target.classList.add("target");
  target.scrollIntoView({ block: "start" });
  (target.querySelector("summary, h3") ?? target).focus({ preventScroll: true });
}

// Keys. What is typed into a field stays there.

function onKey(e) {
  if (e.ctrlKey || e.metaKey || e.altKey || help.open) return;
  const field = e.target.closest?.("input, select, textarea");
  if (e.key === "Escape") {
    if (field === search && search.value) return replace({ q: "" });
    if (field) return field.blur();
    if (view.run !== null) go({ run: null, part: null, key: null });
    return;
  }
  if (field || !keysOn.checked) return;
  const act = keys[e.key];
  if (!act) return;
  e.preventDefault();
  act();
}

const keys = {
  "/": () => { if (view.run !== null && !wide.matches) go({ run: null, part: null, key: null }); search.focus(); search.select(); },
  "?": () => help.showModal(),
  t: () => themeButton.click(),
  j: () => step(1),
  k: () => step(-1),
  n: () => inRun(1),
  p: () => inRun(-1),
  w: () => { const run = runByID.get(view.run); if (run) replace({ part: "why", key: null }); },
  e: () => {
    const boxes = [...runPane.querySelectorAll(".steps details")];
    const closed = boxes.some((box) => box.parentElement.matches(".step") && !box.open);
    for (const box of boxes) if (box.parentElement.matches(".step")) closed ? openFold(box) : (box.open = false);
  },
};

// step goes up or down the list; where a run is open, its neighbour is opened.
function step(by) {
  const links = [...listing.querySelectorAll("li > a")];
  const here = view.run !== null ? links.findIndex((a) => a.parentElement.dataset.run === view.run) : links.indexOf(document.activeElement);
  const next = links[here < 0 ? (by > 0 ? 0 : links.length - 1) : here + by];
  if (!next) return;
  if (view.run !== null) location.hash = next.hash;
  else next.focus();
  next.scrollIntoView({ block: "nearest" });
}

// inRun goes to the next or previous step that is to be seen.
function inRun(by) {
  const all = [...runPane.querySelectorAll(".step > details > summary")].filter((s) => s.offsetParent !== null);
  const here = all.indexOf(document.activeElement);
  const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : here + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

// On paper all that went wrong is told in full, behind the list; of an open run that passed just itself.
const paper = el("div", { class: "print-out" });

function toPaper() {
  const open = view.run !== null ? runByID.get(view.run) : null;
  const list = (open ? [open] : listing.order.filter((run) => wentWrong(run.status))).filter(arrived);
  clear(paper).append(...list.map((run) => runView(run, true)));
  for (let closed; (closed = paper.querySelectorAll("details:not([open])")).length > 0;) closed.forEach(openFold);
}

addEventListener("beforeprint", toPaper);
addEventListener("afterprint", () => clear(paper));
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => view.run !== null && show(true));
addEventListener("hashchange", () => show(false));
document.addEventListener("keydown", onKey);
dark.addEventListener("change", () => setTheme(chosen));

// Who comes to a page with one run, and to no part of it, comes for that run. Its list is one click away.
if (runs.length === 1 && location.hash === "") location.replace(address({ ...view, run: runs[0].id }));

document.getElementById("app").replaceWith(masthead(), mainPane, paper, help, spoken);
setTheme({ light: "light", dark: "dark" }[kept.get("theme")] ?? "");
show(true);
performance.mark("callflow-ready");
