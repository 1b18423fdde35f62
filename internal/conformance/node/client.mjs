// A bot on Microsoft's own Graph client, against `callflow simulate`: node client.mjs path/to/callflow
//
// Nothing here knows callflow but for the command line and the URLs that it prints. The client's own authentication
// handler gives tokens to https hosts only, so the token is put on by a middleware of ours; everything else on the way
// (retries, redirects, errors) is the client's.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import graph from "@microsoft/microsoft-graph-client";

const { Client, GraphError, HTTPMessageHandler, RedirectHandler, RedirectHandlerOptions, RetryHandler, RetryHandlerOptions, TelemetryHandler } = graph;

const carol = "8a34a46b-3d17-4adc-8dce-dc4e7d572698";
const dora = "550fae72-d251-43ec-868c-373732c2704f";
const fred = "112f7296-5fa4-42ca-bae8-6a692b15d4b8";
const patience = 20_000; // milliseconds, for one notification
let bot, service;

// listen is the bot's webhook: it keeps what comes, and hands it to whoever waits.
async function listen() {
  const bot = { log: [], waiting: [], wrong: [] };
  bot.server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      response.writeHead(202).end();
      const body = JSON.parse(text);
      const [, claims] = (request.headers.authorization ?? "").replace("Bearer ", "").split(".");
      const { aud, iss, tid } = JSON.parse(Buffer.from(claims ?? "", "base64url").toString() || "{}");
      if (body["@odata.type"] !== "#microsoft.graph.commsNotifications" || !aud || !iss || !tid) bot.wrong.push(text);
      for (const note of body.value) {
        bot.log.push(note);
        bot.waiting = bot.waiting.filter((wait) => !wait(note));
      }
    });
  });
  await new Promise((resolve) => bot.server.listen(0, "127.0.0.1", resolve));
  bot.url = `http://127.0.0.1:${bot.server.address().port}/api/calls`;
  return bot;
}

// told waits for a notification about a resource that fits, or takes one that has come already.
function told(what, resource, fits) {
  const right = (note) => note.resourceUrl === resource && fits([note.resourceData].flat(), note);
  const found = bot.log.find(right);
  if (found) return Promise.resolve(found);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} was not notified of ${resource}; these came:\n${bot.log.map((n) => JSON.stringify(n)).join("\n")}`)), patience);
    bot.waiting.push((note) => {
      if (!right(note)) return false;
      clearTimeout(timer);
      resolve(note);
      return true;
    });
  });
}

const pathOf = (call) => `/communications/calls/${call.id ?? call}`;
const state = (call, word) => told(word, pathOf(call), ([data]) => data.state === word);
const ended = (call) => told("the end", pathOf(call), (_, note) => note.changeType === "deleted");
const finished = (call, operation) =>
  told("the operation's end", `${pathOf(call)}/operations/${operation.id}`, (_, note) => note.changeType === "deleted");

async function simulate(program, callback) {
  const people = Object.entries({ carol, dora, fred }).flatMap(([name, id]) => ["--person", `${name}={id: ${id}}`]);
  const child = spawn(program, ["simulate", "--listen", "127.0.0.1:0", "--callback", callback, "--no-color", "-q", ...people], { stdio: ["ignore", "pipe", "inherit"] });
  const said = await new Promise((resolve, reject) => {
    let text = "";
    child.on("exit", (code) => reject(new Error(`callflow simulate ended with ${code}: ${text}`)));
    child.stdout.on("data", (chunk) => {
      text += chunk;
      if (text.includes("world actions") && text.includes("token endpoint")) resolve(text);
    });
  });
  const line = (pattern) => said.match(pattern)?.[1] ?? assert.fail(`${pattern} is not in what simulate said: ${said}`);
  return {
    graph: line(/^ *Graph +(\S+)/m), token: line(/^ *token endpoint +(\S+)/m), app: line(/^ *app id +(\S+)/m),
    tenant: line(/^ *tenant +(\S+)/m), stop: () => (child.removeAllListeners("exit"), child.kill("SIGTERM")),
  };
}

async function signIn({ token, app, graph }) {
  const body = new URLSearchParams({ grant_type: "client_credentials", client_id: app, client_secret: "any", scope: `${graph}/.default` });
  const response = await fetch(token, { method: "POST", body });
  const grant = await response.json();
  assert.equal(response.status, 200);
  assert.equal(grant.token_type, "Bearer");
  assert.ok(grant.expires_in > 60);
  return grant.access_token;
}

function clientWith(baseUrl, token) {
  const bearer = {
    setNext(next) { this.next = next; },
    execute(context) {
      context.options.headers = { ...context.options.headers, Authorization: `Bearer ${token}` };
      return this.next.execute(context);
    },
  };
  const chain = [bearer, new RetryHandler(new RetryHandlerOptions()), new RedirectHandler(new RedirectHandlerOptions()), new TelemetryHandler(), new HTTPMessageHandler()];
  chain.slice(0, -1).forEach((handler, i) => handler.setNext(chain[i + 1]));
  return Client.initWithMiddleware({ middleware: chain[0], baseUrl: `${baseUrl}/`, defaultVersion: "v1.0" });
}

const person = (id) => ({ "@odata.type": "#microsoft.graph.invitationParticipantInfo", identity: { "@odata.type": "#microsoft.graph.identitySet", user: { "@odata.type": "#microsoft.graph.identity", id } } });
const media = { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig", preFetchMedia: [] };

async function call(client, ...targets) {
  const made = await client.api("/communications/calls").post({
    "@odata.type": "#microsoft.graph.call", callbackUri: bot.url, targets: targets.map(person),
    requestedModalities: ["audio"], mediaConfig: media, tenantId: service.tenant,
  });
  assert.equal(made.state, "establishing");
  await state(made, "established");
  return made;
}

// A call to somebody who answers: it is established, a prompt is played, it is read, and hung up.
async function outgoing(client) {
  const made = await call(client, dora);
  assert.equal((await client.api(pathOf(made)).get()).state, "established");
  await told("active audio", pathOf(made), ([data]) => data.mediaState?.audio === "active");
  const prompt = await client.api(`${pathOf(made)}/playPrompt`).post({
    clientContext: "prompt-1",
    prompts: [{ "@odata.type": "#microsoft.graph.mediaPrompt", mediaInfo: { "@odata.type": "#microsoft.graph.mediaInfo", uri: "https://cdn.contoso.com/beep.wav", resourceId: "1d6de2d4-cd51-4309-8daa-70768651088e" } }],
  });
  assert.equal(prompt["@odata.type"], "#microsoft.graph.playPromptOperation");
  const { resourceData } = await finished(made, prompt);
  assert.equal(resourceData.clientContext, "prompt-1");
  assert.deepEqual([resourceData.status, resourceData.resultInfo.code], ["completed", 200]);
  await client.api(`${pathOf(made)}/keepAlive`).post();
  await client.api(pathOf(made)).delete();
  assert.equal((await ended(made)).resourceData.state, "terminated");
}

// An invitation turns a call into a meeting of three; participants are listed and muted.
async function groupCall(client) {
  const made = await call(client, dora);
  const invited = await client.api(`${pathOf(made)}/participants/invite`).post({ participants: [person(fred)], clientContext: "invite-1" });
  assert.equal((await finished(made, invited)).resourceData.status, "completed");
  await told("a roster of three", `${pathOf(made)}/participants`, (roster) => roster.length === 3);
  const { value } = await client.api(`${pathOf(made)}/participants`).get();
  assert.equal(value.length, 3);
  const victim = value.find((p) => p.info.identity.user?.id === fred);
  const muted = await client.api(`${pathOf(made)}/participants/${victim.id}/mute`).post({ clientContext: "mute-1" });
  assert.equal(muted.status, "completed");
  await told("a muted Fred", `${pathOf(made)}/participants`, (roster) => roster.some((p) => p.id === victim.id && p.isMuted));
  await client.api(pathOf(made)).delete();
  await ended(made);
}

// A transfer: the bot's call ends, and says that it was transferred.
async function transferred(client) {
  const made = await call(client, carol);
  await client.api(`${pathOf(made)}/transfer`).post({ transferTarget: person(dora) });
  await state(made, "transferring");
  await state(made, "transferAccepted");
  const { resultInfo } = (await ended(made)).resourceData;
  assert.deepEqual([resultInfo.code, resultInfo.subcode], [0, 7015]);
}

// Somebody calls the bot: it answers, and they talk until the bot hangs up.
async function incoming(client) {
  const dialled = await fetch(`${service.graph}/callflow/world/actions`, { method: "POST", body: JSON.stringify({ dial: { from: "fred" } }) });
  assert.equal(dialled.status, 204);
  const offered = () => bot.log.find((note) => note.resourceData.state === "incoming");
  for (let tries = 0; !offered() && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  const id = offered().resourceData.id;
  await client.api(`${pathOf(id)}/answer`).post({ callbackUri: bot.url, acceptedModalities: ["audio"], mediaConfig: media });
  await state(id, "established");
  await client.api(pathOf(id)).delete();
  await ended(id);
}

// What is wrong is refused in Graph's envelope, which the client reads into a GraphError.
async function refused(client) {
  const failing = async (request, status, code) => {
    const error = await request.then(() => assert.fail("it was taken"), (e) => e);
    assert.ok(error instanceof GraphError, String(error));
    assert.deepEqual([error.statusCode, error.code], [status, code]);
    assert.ok(error.requestId && error.message);
  };
  await failing(client.api("/communications/calls/00000000-0000-4000-8000-000000000001").get(), 404, "8522");
  await failing(client.api("/communications/calls").post({ targets: [person(dora)] }), 400, "BadRequest");
}

// The client's own retry handler waits as long as Retry-After says, and tries again.
async function throttled(client, { graph }) {
  const made = await call(client, dora);
  const armed = await fetch(`${graph}/callflow/world/faults`, { method: "POST", body: JSON.stringify({ fault: "getCall", status: 429, retryAfter: "1s" }) });
  assert.ok(armed.ok, await armed.text());
  const before = Date.now();
  assert.equal((await client.api(pathOf(made)).get()).id, made.id);
  assert.ok(Date.now() - before >= 900, "the client did not wait");
  await client.api(pathOf(made)).delete();
  await ended(made);
}

bot = await listen();
service = await simulate(process.argv[2], bot.url);
try {
  const token = await signIn(service);
  const client = clientWith(service.graph, token);
  await outgoing(client);
  await groupCall(client);
  await transferred(client);
  await incoming(client);
  await refused(client);
  await throttled(client, service);
  assert.deepEqual(bot.wrong, [], "notifications that should not have come so");
  console.log(`ok: ${bot.log.length} notifications`);
} finally {
  service.stop();
  bot.server.close();
  bot.server.closeAllConnections();
}
