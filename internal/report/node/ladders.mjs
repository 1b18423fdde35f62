// Draws ladders: the Mermaid text by Mermaid itself, the SVGs by the browser. Arguments: the browser, a folder with .mmd and
// .svg files. It ends with 1 if one cannot be drawn, does something, or has text beyond its edge.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const [, , executablePath, folder] = process.argv;
const mermaid = readFileSync(createRequire(import.meta.url).resolve("@mermaid-js/tiny"), "utf8");
const browser = await puppeteer.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
let wrong = 0;

function check(ok, what, seen) {
  if (ok) return;
  wrong++;
  console.log("NOT OK: " + what + (seen === undefined ? "" : ": " + JSON.stringify(seen)));
}

async function open(address) {
  const page = await browser.newPage();
  page.on("console", (m) => check(m.type() !== "error", "nothing is said to the console", m.text()));
  page.on("pageerror", (e) => check(false, "nothing breaks", e.message));
  page.on("request", (r) => check(/^(file|data|about):/.test(r.url()), "no network is used", r.url()));
  page.on("dialog", (d) => { check(false, "nothing from the data runs", d.message()); d.dismiss(); });
  await page.goto(address);
  return page;
}

const names = (end) => readdirSync(folder).filter((name) => name.endsWith(end)).sort();
const drawer = await open("about:blank");
await drawer.evaluate(mermaid);
await drawer.evaluate(() => globalThis.mermaid.initialize({ startOnLoad: false }));
for (const name of names(".mmd")) {
  const text = readFileSync(folder + "/" + name, "utf8");
  const lines = text.split("\n").filter((line) => /^ {4}(p\d+(->>|-->>|--x|-\))|Note over)/.test(line)).length;
  const drawn = await drawer.evaluate(async (source) => {
    try {
      const { svg } = await globalThis.mermaid.render("drawn", source);
      document.body.innerHTML = svg;
      const all = (selector) => document.querySelectorAll("#drawn " + selector).length;
      return { lines: document.querySelectorAll("#drawn line[class^=messageLine]").length + all("rect.note"), elements: all("script, img, b") };
    } catch (e) {
      return { error: e.message };
    }
  }, text);
  check(!drawn.error && drawn.lines === lines && drawn.elements === 0, name + " is drawn with " + lines + " messages and notes", drawn);
}

const page = await open("about:blank");
for (const name of names(".svg")) {
  await page.goto(pathToFileURL(folder + "/" + name).href);
  const seen = await page.evaluate(() => {
    const svg = document.documentElement, { width, height } = svg.viewBox.baseVal;
    const out = [...svg.querySelectorAll("text")].filter((text) => {
      const box = text.getBBox();
      return box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height;
    });
    return { root: svg.localName, texts: svg.querySelectorAll("text").length, beyond: out.map((text) => text.textContent), scripts: document.querySelectorAll("script").length };
  });
  check(seen.root === "svg" && seen.texts > 0 && seen.scripts === 0 && seen.beyond.length === 0, name + " is a drawing with its text inside", seen);
}
console.log(names(".mmd").length + " drawn by Mermaid, " + names(".svg").length + " SVGs");
await browser.close();
if (wrong > 0) console.log(wrong + " not ok");
process.exit(wrong > 0 ? 1 : 0);
