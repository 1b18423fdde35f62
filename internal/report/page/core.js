// The report's page, as one script. Everything from the data goes into text nodes and attributes; nothing is parsed as HTML.

const report = JSON.parse(document.getElementById("index").textContent);
const runs = report.runs;
runs.forEach((run, n) => { run.n = n; });
const runByID = new Map(runs.map((run) => [run.id, run]));

const statusWords = { broken: "could not test" };
const statusWord = (status) => statusWords[status] ?? status;
const wentWrong = (status) => status !== "passed" && status !== "skipped";

// What no eye can see, or what turns the direction of a line, is shown as its escape.
const unseen = /(?![\n\t])[\p{C}\u2028\u2029\ufffd]/gu;
const visible = (text) => text.replace(unseen, (c) => "\\u" + c.codePointAt(0).toString(16).padStart(4, "0"));

// el makes an element. Properties that begin with "on" are listeners, the others attributes; children are nodes, texts, or
// lists of them; what is null or false is left out.
function el(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : visible(String(value)));
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false || child === "") continue;
    if (Array.isArray(child)) append(node, child);
    else node.append(child instanceof Node ? child : visible(String(child)));
  }
}

const svgSpace = "http://www.w3.org/2000/svg";
const shapes = {
  passed: "M3 8.5l3.2 3.2L13 4.8",
  failed: "M4 4l8 8M12 4l-8 8",
  broken: "M8 2.5v7M8 12.6v.4",
  interrupted: "M5.5 4v8M10.5 4v8",
  "broken off": "M2.5 8h3l1.5-3 2 6 1.5-3h3",
  skipped: "M4 8h8",
  cancelled: "M4.5 4.5h7v7h-7z",
  flaky: "M2.5 6.2c2-2.6 3.6-2.6 5.5 0s3.5 2.6 5.5 0M2.5 11c2-2.6 3.600-2.6 5.5 0s3.5 2.6 5.5 0",
};

// icon is the sign of a status. Its word stands beside it, or is given for those who hear the page.
function icon(status, word) {
  const svg = document.createElementNS(svgSpace, "svg");
  const path = document.createElementNS(svgSpace, "path");
  path.setAttribute("d", shapes[status] ?? shapes.skipped);
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return [svg, word && el("span", { class: "unseen" }, word)];
}

// tone is the class that gives a status its colour.
function tone(status, excused) {
  if (excused) return "is-warn";
  return { passed: "is-good", skipped: "is-faint", cancelled: "is-warn", interrupted: "is-warn" }[status] ?? "is-bad";
}

const badge = (status, excused) =>
  el("span", { class: "badge " + tone(status, excused) }, icon(status), " ", statusWord(status), excused && " (excused)");

// moment is a time since the run began, as everywhere in callflow: 0.450s, 1m05.450s.
function moment(ms) {
  ms = Math.round(Math.max(ms, 0));
  const rest = (ms % 60000) / 1000;
  if (ms < 60000) return rest.toFixed(3) + "s";
  const minutes = Math.floor(ms / 60000);
  const tail = rest.toFixed(3).padStart(6, "0") + "s";
  if (minutes < 60) return minutes + "m" + tail;
  return Math.floor(minutes / 60) + "h" + String(minutes % 60).padStart(2, "0") + "m" + tail;
}

// lasting is a length of time with no more digits than a reader wants.
function lasting(ms) {
  if (ms === 0) return "0s";
  if (ms < 1) return Math.round(ms * 1000) + "µs";
  if (ms < 1000) return Math.round(ms) + "ms";
  if (ms < 60000) return Number((ms / 1000).toFixed(2)) + "s";
  const s = Math.round(ms / 1000);
  const hours = Math.floor(s / 3600), minutes = Math.floor((s % 3600) / 60);
  return (hours ? hours + "h" : "") + (minutes ? minutes + "m" : "") + (s % 60 ? (s % 60) + "s" : "");
}

const count = (n, noun) => n.toLocaleString("en") + " " + noun + (n === 1 ? "" : "s");
const shortID = (id) => id.replace(/([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, "$1").replace(/^.*\//, "");
const fullName = (run) => run.name + (run.row ? " [" + run.row + "]" : "");

// The address after # says what is shown: #run/ID/step/KEY?status=failed&q=transfer. It can be sent to somebody.

function readAddress() {
  const [path, query] = location.hash.slice(1).split(/\?(.*)/s);
  const parts = path.split("/").map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
  const params = new URLSearchParams(query ?? "");
  const place = { run: null, part: null, key: null };
  if (parts[0] === "run" && parts[1]) [, place.run, place.part = null, place.key = null] = parts;
  return { ...place, q: params.get("q") ?? "", status: params.get("status") ?? "", tag: params.get("tag") ?? "",
    code: params.get("code") ?? "", mark: params.get("mark") ?? "", sort: params.get("sort") ?? "" };
}

// address is that of what a readAddress() says.
function address(view) {
  let path = "";
  if (view.run) path = ["run", view.run, view.part, view.key].filter((part) => part !== null && part !== undefined).map(encodeURIComponent).join("/");
  const params = new URLSearchParams();
  for (const name of ["q", "status", "tag", "code", "mark", "sort"]) if (view[name]) params.set(name, view[name]);
  const query = params.toString();
  return "#" + path + (query ? "?" + query : "");
}

let view = readAddress();
const at = (change) => address({ ...view, ...change });
const toRun = (run, part = null, key = null) => at({ run: run.id, part, key });
const go = (change) => { location.hash = at(change); };

// replace goes there without leaving a step for the browser's Back.
const replace = (change) => { location.replace(at(change)); };

// What the reader chose is kept where the browser allows it: a page from a file or in a sandbox may not.
const kept = {
  get(name) { try { return localStorage.getItem("callflow-" + name); } catch { return null; } },
  set(name, value) { try { localStorage.setItem("callflow-" + name, value); } catch { /* for this visit, then */ } },
};

const spoken = el("p", { class: "unseen", role: "status" });
const say = (text) => { spoken.textContent = text; };

async function copy(text, button) {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { class: "unseen" });
    area.value = text;
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
    button?.focus();
  }
  say(done ? "copied" : "could not be copied");
  if (!button) return;
  const label = button.textContent;
  button.textContent = done ? "copied" : "failed";
  setTimeout(() => { button.textContent = label; }, 1200);
}

// copier is a button that copies what `text` gives; one that shows no label of its own says to those who hear the page what.
const copier = (what, text, label) =>
  el("button", { type: "button", class: "copy", "aria-label": !label && "copy " + what, onclick: (e) => copy(text(), e.currentTarget) }, label ?? "copy");

// fold is a part that opens; what is in it is made when it is opened for the first time.
function fold(props, summary, content) {
  const box = el("details", props, el("summary", null, summary));
  let made = false;
  const make = () => {
    if (made || !box.open) return;
    made = true;
    append(box, [content()]);
  };
  box.addEventListener("toggle", make);
  box.make = make;
  make();
  return box;
}

function openFold(box) {
  box.open = true;
  box.make?.();
}

// A body is laid out from its text, not from what JavaScript would make of it: long numbers and the order of keys stay.
const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

function pretty(text) {
  const parts = text.match(token);
  try { JSON.parse(text); } catch { return [text]; }
  const out = [];
  let depth = 0;
  const line = () => "\n" + "  ".repeat(depth);
  parts.forEach((part, i) => {
    const next = parts[i + 1];
    if (part === "{" || part === "[") {
      depth++;
      out.push(next === "}" || next === "]" ? part : part + line());
    } else if (part === "}" || part === "]") {
      depth--;
      out.push(parts[i - 1] === "{" || parts[i - 1] === "[" ? part : line() + part);
    } else if (part === ",") out.push("," + line());
    else if (part === ":") out.push(": ");
    else out.push(el("span", { class: part[0] === '"' ? (next === ":" ? "j-key" : "j-text") : "j-bare" }, part));
  });
  return out;
}

const plainText = (parts) => parts.map((part) => (part instanceof Node ? part.textContent : part)).join("");
