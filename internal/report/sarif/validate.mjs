// Holds a SARIF log, from standard input, against the published schema of SARIF 2.1.0.
import { readFileSync } from "node:fs";
import Ajv from "ajv";

const read = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url)));
const ajv = new Ajv({ schemaId: "auto", allErrors: true, unknownFormats: "ignore" });
ajv.addMetaSchema(read("node_modules/ajv/lib/refs/json-schema-draft-04.json"));
const valid = ajv.compile(read("node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"));
if (!valid(JSON.parse(readFileSync(0)))) {
  for (const e of valid.errors) console.log(e.dataPath, e.message, JSON.stringify(e.params));
  process.exit(1);
}
