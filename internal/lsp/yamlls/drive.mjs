// drive.mjs asks the real yaml-language-server, over its own protocol on standard input and output, what Go's test wants to
// know: {settings, cases} comes on standard input, with cases a list of {file, text, method, line, character} and settings
// what an editor says below "yaml". The answers, {result, ms}, go to standard output in the same order. Files lie in the
// folder of this program and need not be on the disk. The method "problems" yields the diagnostics of the file.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const asks = JSON.parse(readFileSync(0, 'utf8'))
const settings = {
  yaml: {
    completion: true, hover: true, validate: true, format: { enable: false }, disableDefaultProperties: true,
    schemaStore: { enable: false, url: '' }, kubernetesCRDStore: { enable: false }, // nothing from the network
    hoverSchemaSource: false, schemas: {}, ...asks.settings,
  },
  http: { proxy: '', proxyStrictSSL: false },
  editor: { tabSize: 2 },
}

const program = createRequire(import.meta.url).resolve('yaml-language-server/bin/yaml-language-server')
const server = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] })
server.on('exit', (code) => { if (!ended) { console.error(`the server ended with ${code}`); process.exit(1) } })
let ended = false

let count = 0
const asked = new Map() // by the id of a request
const published = new Map() // by URI: who waits for its diagnostics
const send = (message) => {
  const text = JSON.stringify({ jsonrpc: '2.0', ...message })
  server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
}
const request = (method, params) => new Promise((resolve, reject) => {
  asked.set(++count, { resolve, reject, method })
  send({ id: count, method, params })
})

const receive = (message) => {
  if (message.method && message.id !== undefined) { // it asks us, and wants an answer to whatever it asks
    const result = message.method === 'workspace/configuration' ? message.params.items.map((i) => settings[i.section] ?? null) : null
    send({ id: message.id, result })
  } else if (message.method === 'textDocument/publishDiagnostics') {
    published.get(message.params.uri)?.(message.params.diagnostics)
  } else if (message.id !== undefined && asked.has(message.id)) {
    const { resolve, reject, method } = asked.get(message.id)
    asked.delete(message.id)
    if (message.error) reject(new Error(`${method}: ${message.error.message}`))
    else resolve(message.result)
  }
}

let held = Buffer.alloc(0)
server.stdout.on('data', (data) => {
  held = Buffer.concat([held, data])
  for (;;) {
    const head = held.indexOf('\r\n\r\n')
    if (head < 0) return
    const end = head + 4 + Number(/content-length: (\d+)/i.exec(held.subarray(0, head))[1])
    if (held.length < end) return
    const message = JSON.parse(held.subarray(head + 4, end))
    held = held.subarray(end)
    receive(message)
  }
})

const folder = pathToFileURL(process.cwd() + '/').href
await request('initialize', {
  processId: process.pid, rootUri: folder, workspaceFolders: [{ uri: folder, name: 'test' }],
  capabilities: {
    workspace: { configuration: true, workspaceFolders: true, didChangeConfiguration: { dynamicRegistration: true } },
    textDocument: {
      completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
      hover: { contentFormat: ['markdown'] }, publishDiagnostics: {},
    },
  },
})
send({ method: 'initialized', params: {} })
send({ method: 'workspace/didChangeConfiguration', params: { settings } })

const open = ({ file, text }) => {
  const textDocument = { uri: new URL(file, folder).href, languageId: 'yaml', version: 1, text }
  send({ method: 'textDocument/didOpen', params: { textDocument } })
  return textDocument
}
const diagnosed = (each) => new Promise((resolve) => {
  published.set(new URL(each.file, folder).href, resolve)
  open(each)
})
const { cases } = asks
await diagnosed({ file: 'first.yaml', text: 'a: b\n' }) // by then it has asked for the settings and taken them
const answers = []
for (const [i, each] of cases.entries()) {
  if (each.method === 'problems') continue
  const textDocument = open(each)
  const began = performance.now()
  const result = await request(each.method, { textDocument, position: { line: each.line, character: each.character } })
  answers[i] = { result, ms: performance.now() - began }
  send({ method: 'textDocument/didClose', params: { textDocument } })
}
// It takes its time before it looks at a file, so it looks at all of them at once.
await Promise.all(cases.map(async (each, i) => {
  if (each.method !== 'problems') return
  answers[i] = { result: await diagnosed(each) }
}))

ended = true
await request('shutdown')
send({ method: 'exit' })
process.stdout.write(JSON.stringify(answers))
