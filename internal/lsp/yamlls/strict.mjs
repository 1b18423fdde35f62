// strict.mjs reads JSON schemas as strictly as Ajv can, by the rules of draft-07, and holds files against them: a list of
// {schema, files: {name: text}} comes on standard input; what is wrong goes to standard output, a line each.
import { readFileSync } from 'node:fs'
import Ajv from 'ajv'
import { parseDocument } from 'yaml'

for (const { schema, files } of JSON.parse(readFileSync(0, 'utf8'))) {
  // allowUnionTypes: a text may be written as a number. strictRequired cannot see properties that stand in another branch.
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false, allErrors: true, logger: false })
  // What editors read beside the draft's own keywords.
  ajv.addVocabulary(['markdownDescription', 'markdownEnumDescriptions', 'defaultSnippets', 'doNotSuggest', 'errorMessage', 'patternErrorMessage'])
  let validate
  try {
    validate = ajv.compile(JSON.parse(schema))
  } catch (e) {
    console.log(`the schema: ${e.message}`)
    continue
  }
  for (const [name, text] of Object.entries(files)) {
    if (validate(parseDocument(text).toJS())) continue
    for (const e of validate.errors.slice(0, 5)) console.log(`${name}: ${e.instancePath} ${e.message} (${e.schemaPath})`)
  }
}
