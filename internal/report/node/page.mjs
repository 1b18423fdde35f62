// Uses the HTML report as a reader would, in a real browser. Arguments: the browser, a folder with all.html, flaky.html,
// many.html and evil.html, which the test made from real runs. It ends with 1 if anything is not as it should be.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const [, , executablePath, folder] = process.argv;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const url = (name) => pathToFileURL(folder + "/" + name).href;
const browser = await puppeteer.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
let wrong = 0;

function check(ok, what, seen) {
  if (ok) return;
  wrong++;
  console.log("NOT OK: " + what + (seen === undefined ? "" : ": " + JSON.stringify(seen)));
}

// open shows a page of its own, in which every error, dialog and request to anywhere counts.
async function open(address, { width = 1280, height = 900, scheme = "light", script = true } = {}) {
  const page = await browser.newPage();
  page.on("console", (m) => check(m.type() !== "error" && m.type() !== "warn", "nothing is said to the console", m.text()));
  page.on("pageerror", (e) => check(false, "the scripts run", e.message));
  page.on("request", (r) => check(/^(file|data):/.test(r.url()), "no network is used", r.url()));
  page.on("dialog", (d) => { check(false, "nothing from the data runs", d.message()); d.dismiss(); });
  await page.setJavaScriptEnabled(script);
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(address);
  return page;
}

const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30))));
const texts = (page, selector) => page.$$eval(selector, (list) => list.map((e) => e.textContent));
const rows = (page) => page.$$eval(".runs .row", (list) => list.length);
const hash = (page) => page.evaluate(() => decodeURIComponent(location.hash));
const focused = (page) => page.evaluate(() => { const e = document.activeElement; return { tag: e.tagName, text: e.textContent.slice(0, 80) }; });

async function key(page, name) {
  await page.keyboard.press(name);
  await settled(page);
}

async function accessible(page, what) {
  await page.evaluate(axe); // the driver is not bound by the page's policy
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const v of found.violations) {
    const where = v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " " + n.html.slice(0, 120));
    if (["serious", "critical"].includes(v.impact)) check(false, "axe is content with " + what, v.id + ": " + where.join(" | "));
    else console.log("axe, " + what + ", " + v.impact + ": " + v.id + " " + where[0]);
  }
}

async function fits(page, what) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(over <= 0, what + " is no wider than the screen", over);
}

// The failed transfer of which everything is known.
const story = "After a failed transfer the call is said to be back, and is gone";
const runID = (page, name) => page.evaluate((name) => JSON.parse(document.getElementById("index").textContent).runs.find((r) => r.name === name).id, name);

async function list() {
  const page = await open(url("all.html"));
  const all = await rows(page);
  check(all > 50, "the list has the runs", all);
  check(/failed/.test((await texts(page, ".runs .row"))[0]), "what went wrong comes first");
  await accessible(page, "the list");
  await page.type("[type=search]", "TRANSFER 8523");
  await settled(page);
  const some = await rows(page);
  check(some > 0 && some < all && /q=TRANSFER\+8523/.test(await hash(page)), "typing filters, and the address says so", [some, await hash(page)]);
  check((await texts(page, ".runs .row")).every((t) => /transfer/i.test(t) && /8523/.test(t)), "every row has both words");
  await page.reload();
  check((await rows(page)) === some && (await page.$eval("[type=search]", (e) => e.value)) === "TRANSFER 8523", "the address brings the filter back");
  await key(page, "/");
  await key(page, "Escape");
  check((await rows(page)) === all, "Escape in the field ends the filter", await rows(page));
  await page.click('.toggle[data-value="failed"]');
  await settled(page);
  const failed = await rows(page);
  check(failed > 0 && failed < all && (await texts(page, ".row .word")).every((w) => w === "failed"), "a status is chosen", failed);
  await page.select("select[aria-label='any tag']", "transfer");
  await settled(page);
  check((await rows(page)) < failed && /status=failed&tag=transfer/.test(await hash(page)), "and a tag beside it", await hash(page));
  await page.select("select[aria-label='any tag']", "");
  await page.select("select[aria-label='any code']", "400/8523");
  await settled(page);
  check((await texts(page, ".row")).every((t) => t.includes("8523")), "and a code");
  await page.evaluate(() => { location.hash = "#?sort=time&tag=nosuch"; });
  await settled(page);
  const boxes = await page.$$eval(".toolbar select", (list) => list.map((e) => e.selectedOptions[0]?.textContent ?? ""));
  check(boxes.includes("what went wrong first") && boxes.includes("nosuch (0)") && !boxes.includes(""), "an address with values that are none leaves no box empty", boxes);
  await page.evaluate(() => { location.hash = "#"; });
  await settled(page);
  await page.type("[type=search]", "no such thing");
  await settled(page);
  check((await texts(page, ".note"))[0].startsWith("No run matches"), "nothing found is said", await texts(page, ".note"));
  await page.close();
}

async function failure() {
  const page = await open(url("all.html"));
  const id = await runID(page, story);
  await page.click(`[data-run="${id}"] > a`);
  await settled(page);
  check((await hash(page)) === "#run/" + id, "a run has an address", await hash(page));
  const why = (await texts(page, "[data-part=why]"))[0] ?? "";
  for (const want of ["s04-failed-transfer-dead-call.yaml:44:5", "the prompt to Carol was refused with 404", "the service had said that the transfer failed and the call is back",
    "What is known (back_but_gone)", "call established with audio active 500/7000", "404/8522", "the call had ended before the request came", "client-request-id"]) {
    check(why.includes(want), "the failure says " + want, why);
  }
  check((await texts(page, ".excerpt .marked"))[0].includes("playPrompt:"), "the line at fault is marked");
  check(/^run it again: callflow run \S*s04-failed-transfer-dead-call.yaml .*--seed 1$/.test((await texts(page, ".again"))[0] ?? ""), "how to run it again stands below", await texts(page, ".again"));
  check((await texts(page, ".ladder svg"))[0].includes("Carol"), "the ladder is open");
  await accessible(page, "a failed run");
  await page.click('[data-step="handOver"] summary');
  await settled(page);
  check(await page.$eval('[data-step="handOver"] details', (d) => d.open), "a step opens");
  await page.click('[data-step="handOver"] .exchange summary');
  await settled(page);
  const body = (await texts(page, '[data-step="handOver"] .json pre'))[0] ?? "";
  check(body.includes('\n  "transferTarget": {\n    "'), "its request is laid out", body);
  await page.goBack();
  await settled(page);
  check((await hash(page)) === "" && (await focused(page)).text.includes(story), "back in the list the row has the focus", await focused(page));
  await page.close();
}

async function links() {
  const first = await open(url("all.html"));
  const id = await runID(first, story);
  await first.close();
  const page = await open(url("all.html") + "#run/" + id + "/step/handOver?status=failed");
  await settled(page);
  const place = await page.$eval('[data-step="handOver"]', (e) => ({ open: e.querySelector("details").open, top: e.getBoundingClientRect().top, text: e.textContent }));
  check(place.open && place.top >= -5 && place.top < 900 && place.text.includes("/transfer"), "a link to a step opens it and goes there", place);
  check((await focused(page)).tag === "SUMMARY", "and gives it the focus", await focused(page));
  await page.evaluate((id) => { location.hash = "#run/" + id + "/event/6"; }, id);
  await settled(page);
  check(await page.$eval('[data-event="6"] details', (d) => d.open), "a link to an event opens it");
  await page.evaluate(() => { location.hash = "#run/nobody"; });
  await settled(page);
  check((await texts(page, ".open h2"))[0] === "No such run", "a link to no run says so");
  await page.evaluate((id) => { location.hash = "#run/" + id + "/step/%E0%A4%A"; }, id);
  await settled(page);
  check((await texts(page, ".open h2"))[0].includes(story), "a mangled link shows what it can");
  await page.close();
}

async function keyboard() {
  const page = await open(url("all.html"));
  await key(page, "j");
  await key(page, "j");
  await key(page, "k");
  const first = await focused(page);
  check(first.tag === "A" && (await page.$eval(".runs a", (a) => a === document.activeElement)), "j and k go through the list", first);
  await key(page, "Enter");
  check((await hash(page)).startsWith("#run/"), "Enter opens", await hash(page));
  const before = await hash(page);
  await key(page, "j");
  check((await hash(page)).startsWith("#run/") && (await hash(page)) !== before, "j opens the next", await hash(page));
  await key(page, "n");
  check((await focused(page)).tag === "SUMMARY", "n goes to a step", await focused(page));
  await key(page, "e");
  check(await page.$$eval(".steps > .step > details", (list) => list.every((d) => d.open)), "e opens all steps");
  await key(page, "Escape");
  check((await hash(page)) === "" && (await focused(page)).tag === "A", "Escape closes the run", await hash(page));
  await key(page, "?");
  check(await page.$eval("dialog", (d) => d.open), "? shows the keys");
  await accessible(page, "the help");
  await key(page, "Escape");
  check(!(await page.$eval("dialog", (d) => d.open)), "Escape closes them");
  await key(page, "/");
  await page.keyboard.type("jk?");
  check((await page.$eval("[type=search]", (e) => e.value)) === "jk?", "in the field keys are letters");
  await page.close();
}

// causeSeen looks at rows whose reason has two halves, and whether the one that decides begins where it can be seen.
async function causeSeen(page, where) {
  const cut = await page.$$eval(".row .what", (list) => list.filter((e) => e.textContent.includes("race: the call")).map((e) => {
    const walk = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
      const i = n.data.indexOf("race: the call");
      if (i < 0) continue;
      const range = document.createRange();
      range.setStart(n, i);
      range.setEnd(n, i + "race: the call".length);
      return range.getBoundingClientRect().bottom <= n.parentElement.getBoundingClientRect().bottom + 1;
    }
    return false;
  }));
  check(cut.length > 0 && cut.every(Boolean), where + " the list shows what explains a failure", cut);
}

async function looks() {
  const shade = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).reduce((a, b) => a + Number(b), 0));
  const page = await open(url("all.html"), { scheme: "dark" });
  check((await shade(page)) < 200, "dark is dark", await shade(page));
  await accessible(page, "the dark list");
  await key(page, "t");
  check((await shade(page)) > 600, "t makes it light", await shade(page));
  await key(page, "t");
  const id = await runID(page, story);
  await page.evaluate((id) => { location.hash = "#run/" + id; }, id);
  await settled(page);
  await accessible(page, "a dark failed run");
  await causeSeen(page, "beside a run");
  await page.close();
  const phone = await open(url("all.html"), { width: 375, height: 800 });
  await fits(phone, "the list on a phone");
  await accessible(phone, "the list on a phone");
  await causeSeen(phone, "on a phone");
  await phone.evaluate((id) => { location.hash = "#run/" + id; }, id);
  await settled(phone);
  await key(phone, "e");
  await fits(phone, "a failed run on a phone");
  await accessible(phone, "a failed run on a phone");
  check(!(await phone.$eval(".list", (e) => e.checkVisibility())), "on a phone the run has the screen to itself");
  await phone.close();
}

async function paper() {
  const page = await open(url("all.html"));
  await page.evaluate(() => addEventListener("beforeprint", () => {
    window.printed = [...document.querySelectorAll(".print-out .run")].map((run) => ({ text: run.textContent, closed: run.querySelectorAll(".step > details:not([open])").length }));
  }));
  const pdf = await page.pdf({ format: "A4" });
  await page.click(".row a");
  await settled(page);
  await page.emulateMediaType("print");
  const halos = await page.$$eval(".ladder svg text", (list) => [list.length, list.filter((e) => getComputedStyle(e).stroke !== "none").length]);
  check(halos[0] > 0 && halos[1] === 0, "a ladder's text is on paper once: who copies it does not get a halo's too", halos);
  await page.emulateMediaType(null);
  await key(page, "Escape");
  const printed = await page.evaluate(() => window.printed);
  const failed = Number((await texts(page, ".toggle[data-value=failed] b"))[0]);
  check(printed.length >= failed && printed.every((run) => run.closed === 0), "on paper every failed run is open", printed.length);
  check(printed.some((run) => run.text.includes("back_but_gone")), "and explained");
  check((await page.$$(".print-out .run")).length === 0, "afterwards the page is as before");
  console.log(`${printed.length} failed runs print to ${Math.round(pdf.length / 1024)} KiB`);
  await page.close();
}

async function withoutScript() {
  const page = await open(url("all.html"), { script: false });
  const text = await page.evaluate(() => document.body.innerText);
  for (const want of ["could not test", story, "what is known (back_but_gone)", "404/8522", "People"]) check(text.includes(want), "without JavaScript the page says " + want);
  await page.close();
}

// given is a run with flags: the page says which, and its command makes the same run again.
async function given() {
  const page = await open(url("given.html"));
  await settled(page);
  check((await hash(page)).startsWith("#run/") && (await texts(page, ".open h2")).length === 1, "a single run is open at once", await hash(page));
  await key(page, "Escape");
  check((await hash(page)) === "" && (await texts(page, ".open h2")).length === 0 && (await rows(page)) === 1, "and its list is a key away", await hash(page));
  await page.click(".row a");
  await settled(page);
  check((await texts(page, ".given")).join() === "ran with --var 'word=it'\\''s' --timeout 1m30s --until first", "a run says what it was given", await texts(page, ".given"));
  const copied = await page.evaluate(async () => {
    let text = "";
    Object.defineProperty(navigator, "clipboard", { value: { writeText: async (t) => { text = t; } }, configurable: true });
    [...document.querySelectorAll(".tools .copy")].find((b) => b.textContent === "copy command").click();
    await new Promise((done) => setTimeout(done, 30));
    return text;
  });
  check(/^callflow run \S+given\.yaml --var 'word=it'\\''s' --timeout 1m30s --until first --dialect beta --chaos reorder --seed 7$/.test(copied), "the copied command makes it again", copied);
  await page.close();
}

async function evil() {
  const page = await open(url("evil.html"));
  await page.click(".row a");
  await settled(page);
  const title = (await texts(page, ".open h2"))[0];
  check(title.includes("</script><img src=x onerror=alert(1)>") && title.includes("\\u202e"), "names are shown to the letter", title);
  check((await page.$$("img")).length === 0, "and are no HTML");
  await page.close();
}

async function flaky() {
  const page = await open(url("flaky.html"));
  const groups = await texts(page, ".group .head");
  check(groups.length === 2 && /flaky.*who=dora.*1\d of 20 passed; failing seeds 2/.test(groups[0]) && /20 of 20 passed/.test(groups[1]), "repetitions are one entry", groups);
  await accessible(page, "repetitions");
  const failing = await rows(page);
  await page.click(".group .more");
  await settled(page);
  check(failing < 20 && (await rows(page)) === 20, "which shows its failures, and all its runs when asked", [failing, await rows(page)]);
  await page.click('.toggle[data-value="flaky"]');
  await settled(page);
  check((await texts(page, ".group .head")).length === 1, "flaky ones are found");
  await page.click(".inner a");
  await settled(page);
  check(/of 20 runs of this passed. Compare with seed/.test((await texts(page, ".run-head"))[0]), "a run names the others", await texts(page, ".run-head"));
  await page.close();
}

// A thousand runs: from the start of the navigation until the list is painted and can be used. The best of three counts, as
// the machine has other things to do.
async function many() {
  const times = [];
  for (let i = 0; i < 3; i++) {
    const page = await open(url("many.html"));
    await settled(page);
    times.push(await page.evaluate(() => ({
      painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN, ready: performance.getEntriesByName("callflow-ready")[0].startTime })));
    if (i === 2) {
      await page.waitForFunction(() => document.querySelectorAll(".runs .row").length === 1000, { timeout: 10000 });
      const t = Date.now();
      await page.type("[type=search]", "dora try=77");
      await settled(page);
      console.log(`1,000 runs: eleven letters filtered in ${Date.now() - t} ms, ${await rows(page)} rows left`);
      check((await rows(page)) === 1, "a thousand runs are filtered", await rows(page));
    }
    await page.close();
  }
  const ready = Math.min(...times.map((t) => Math.max(t.ready, t.painted)));
  console.log("1,000 runs: " + times.map((t) => `painted after ${Math.round(t.painted)} ms, ready after ${Math.round(t.ready)} ms`).join("; "));
  check(ready < 1000, "a thousand runs open in under 1 s", ready);
}

for (const part of [list, failure, links, keyboard, looks, paper, withoutScript, given, evil, flaky, many]) {
  try {
    await part();
  } catch (e) {
    check(false, part.name + " goes through", e.message);
  }
}
await browser.close();
console.log(wrong === 0 ? "all as it should be" : wrong + " not ok");
process.exit(wrong === 0 ? 0 : 1);
