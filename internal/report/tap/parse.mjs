// Reads the TAP files that are named, and says what it made of each, as one line of JSON.
import { readFileSync } from "node:fs";
import { Parser } from "tap-parser";

for (const file of process.argv.slice(2)) {
  const said = { unknown: [], names: [], details: 0, steps: 0 };
  const parser = new Parser({ strict: true }, (results) => {
    const { ok, count, pass, fail, todo, skip, failures, bailout } = results;
    said.results = { ok, count, pass, fail: fail ?? 0, todo: todo ?? 0, skip: skip ?? 0, bailout: String(bailout) };
    said.errors = failures.filter((f) => f.tapError).map((f) => f.tapError);
  });
  parser.on("extra", (text) => said.unknown.push(text));
  parser.on("assert", (point) => {
    said.names.push(point.name);
    said.details += point.diag ? 1 : 0;
  });
  parser.on("child", (child) => child.on("assert", () => said.steps++));
  parser.end(readFileSync(file, "utf8"));
  console.log(JSON.stringify(said));
}
