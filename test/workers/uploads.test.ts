/** The upload service of workers/examples: answers, limits, cancelling; and its process under SIGTERM. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { Agent, type ClientRequest, type IncomingMessage, type RequestOptions, type Server, request as httpRequest } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Leftovers, type Runtime, assertQuiet, formatMetrics, leftovers, start } from "../../src/index.ts";
import { onThreads } from "../../workers/examples/uploads/on-threads.ts";
import { createService } from "../../workers/examples/uploads/service.ts";
import { type NodeProcess, beginNode } from "../node-process.ts";
import { until } from "../runtime/until.ts";

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** A request whose body the test sends piece by piece. */
interface Upload {
  readonly request: ClientRequest;
  /** Rejects if the connection ends without an answer. */
  readonly answer: Promise<Answer>;
}

const MAX_BYTES = 200_000;
/** More than any test waits for. */
const FOREVER = 1_000_000_000;
const NO_DEADLINE = 1_000_000;

let port: number;

function begin(path: string, options: RequestOptions = {}): Upload {
  const request = httpRequest({ host: "127.0.0.1", port, path, method: "POST", agent: false, ...options });
  const answer = (async () => {
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const text = Buffer.concat(await response.toArray()).toString();
    return { status: response.statusCode, headers: response.headers, text };
  })();
  answer.catch(() => undefined);
  request.on("error", () => undefined);
  return { request, answer };
}

function send(path: string, body?: string | Buffer, options: RequestOptions = {}): Promise<Answer> {
  const { request, answer } = begin(path, options);
  request.end(body);
  return answer;
}

async function metric(name: string): Promise<number> {
  const { text } = await send("/metrics", undefined, { method: "GET" });
  return Number(text.split("\n").find((line) => line.startsWith(`${name} `))?.split(" ")[1] ?? 0);
}

/** Sends the first byte of an upload, and waits until it is one of `count` in progress. */
async function beginOne(count: number, path = "/hash?rounds=1"): Promise<Upload> {
  const upload = begin(path);
  upload.request.write("a");
  await until(async () => (await metric("uploads_in_progress")) === count);
  return upload;
}

function hashOf(body: string | Buffer, rounds: number): string {
  let sum = createHash("sha256").update(body).digest();
  for (let round = 0; round < rounds; round++) sum = createHash("sha256").update(sum).digest();
  return `${sum.toString("hex")}\n`;
}

describe("in this process", () => {
  let rt: Runtime;
  let server: Server;
  let before: Leftovers;

  async function open({ capacity = 8, running = 2, deadlineMs = NO_DEADLINE } = {}): Promise<void> {
    server = createService({ hash: onThreads(rt, { running, deadlineMs }), metrics: async () => formatMetrics(await rt.stats()), capacity, maxBytes: MAX_BYTES, maxRounds: FOREVER });
    await once(server.listen(0, "127.0.0.1"), "listening");
    port = (server.address() as AddressInfo).port;
    before = await leftovers(rt);
  }

  beforeEach(async () => {
    rt = await start({ threads: 1 });
  });
  afterEach(async () => {
    await until(async () => (await metric("uploads_in_progress")) === 0);
    await assertQuiet(rt, { since: before });
    server.close();
    server.closeAllConnections();
    await rt.stop();
  });

  test("an upload is hashed, whatever its size and its chunks", async () => {
    await open();
    const bodies = ["a", Buffer.alloc(MAX_BYTES, 7), Buffer.alloc(70_000, "warren")];
    const answers = await Promise.all(bodies.map((body, k) => send(`/hash?rounds=${1000 * k + 1}`, body)));
    expect(answers.map(({ status, text }) => [status, text])).toEqual(bodies.map((body, k) => [200, hashOf(body, 1000 * k + 1)]));

    const { request, answer } = begin("/hash?rounds=2");
    for (const piece of ["so", "many", "gophers"]) request.write(piece);
    request.end();
    expect((await answer).text).toBe(hashOf("somanygophers", 2));
  });

  test.each([
    ["POST", "/hash?rounds=none", "a", 400, /rounds must be an integer from 1/],
    ["POST", "/hash?rounds=0", "a", 400, /rounds must be an integer from 1/],
    ["POST", "/hash?rounds=1.5", "a", 400, /rounds must be an integer from 1/],
    ["POST", `/hash?rounds=${FOREVER + 1}`, "a", 400, /rounds must be an integer from 1/],
    ["POST", "/hash", "", 400, /the upload is empty/],
    ["POST", "//", "a", 400, /not a URL/],
    ["POST", "/", "a", 404, /there is no \/; there are \/hash, \/health, \/metrics/],
    ["GET", "/hash", "", 405, /\/hash takes POST/],
    ["POST", "/health", "", 405, /\/health takes GET and HEAD/],
    ["POST", "/hash", "a".repeat(MAX_BYTES + 1), 413, /an upload may have at most 200000 bytes/],
  ])("%s %s is answered with its fault", async (method, path, body, status, text) => {
    await open();
    const answer = await send(path, body, { method });
    expect(answer).toMatchObject({ status, text: expect.stringMatching(text) });
    if (status === 405) expect(answer.headers.allow).toBe(path === "/hash" ? "POST" : "GET, HEAD");
  });

  test("an upload that turns out to be too large is refused, and its connection serves the next", async () => {
    await open();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { request, answer } = begin("/hash", { agent });
    for (let piece = 0; piece < 5; piece++) request.write(Buffer.alloc(MAX_BYTES / 4));
    request.end();
    expect(await answer).toMatchObject({ status: 413 });
    const next = begin("/hash?rounds=1", { agent });
    next.request.end("a");
    expect(await next.answer).toMatchObject({ status: 200, text: hashOf("a", 1) });
    expect(next.request.reusedSocket).toBe(true);
    agent.destroy();
  });

  test("one more than fit is refused; those that wait get their turn", async () => {
    await open({ capacity: 2, running: 1 });
    const first = await beginOne(1);
    const second = await beginOne(2);
    second.request.end();
    expect(await send("/hash", "a")).toMatchObject({ status: 503, headers: { "retry-after": "1" }, text: "too many uploads are waiting\n" });
    // The second waits for the place of the first, and has no task.
    expect(await metric('warren_tasks{thread="0"}')).toBe(1);
    first.request.end("b");
    expect((await first.answer).text).toBe(hashOf("ab", 1));
    expect((await second.answer).text).toBe(hashOf("a", 1));
    expect(await send("/hash?rounds=1", "a")).toMatchObject({ status: 200 });
  });

  test.each([["sends", "/hash?rounds=1", false], ["is computed", `/hash?rounds=${FOREVER}`, true]])("a client that goes while its upload %s frees its place", async (_when, path, isWhole) => {
    await open({ capacity: 2, running: 1 });
    const first = await beginOne(1, path);
    if (isWhole) first.request.end();
    const second = await beginOne(2, path);
    for (const { request } of [second, first]) request.destroy();
    await until(async () => (await metric('uploads_answers_total{status="499"}')) === 2);
    expect(await metric("uploads_in_progress")).toBe(0);
    expect(await send("/hash?rounds=1", "a")).toMatchObject({ status: 200 });
  });

  test("the deadline ends what computes, what waits, and what does not arrive", async () => {
    await open({ running: 2, deadlineMs: 50 });
    const endless = send(`/hash?rounds=${FOREVER}`, "a");
    const silent = [begin("/hash?rounds=1"), begin("/hash?rounds=1")];
    for (const { request } of silent) request.write("a");
    const late = { status: 504, text: "this took too long\n" };
    expect(await Promise.all([endless, ...silent.map(({ answer }) => answer)])).toEqual(Array.from({ length: 3 }, () => expect.objectContaining(late)));
    for (const { request } of silent) request.end();
  });

  test("health and metrics", async () => {
    await open();
    expect(await send("/health", undefined, { method: "GET" })).toMatchObject({ status: 200, text: "ok\n" });
    expect(await send("/health", undefined, { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
    await send("/hash?rounds=1", "a");
    const { headers, text } = await send("/metrics", undefined, { method: "GET" });
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4");
    expect(text).toContain('warren_tasks_finished_total{thread="0"} 1\n');
    expect(text).toMatch(/uploads_in_progress 0\n(.*\n)*uploads_answers_total\{status="200"\} 3\n$/);
  });
});

describe("node workers/examples/uploads/server.ts", () => {
  const SERVER = fileURLToPath(new URL("../../workers/examples/uploads/server.ts", import.meta.url));
  let running: NodeProcess | undefined;
  let printed: string;

  async function open(...args: string[]): Promise<NodeProcess> {
    printed = "";
    running = beginNode([SERVER, "--port", "0", "--threads", "2", ...args], { deadlineMs: 150_000, onStdout: (text) => void (printed = text) });
    await until(() => /listening on http:\/\/127\.0\.0\.1:\d+\n/.test(printed));
    port = Number(/:(\d+)\n/.exec(printed)?.[1]);
    return running;
  }

  afterEach(async () => {
    running?.child.kill("SIGKILL");
    await running?.outcome;
  });

  async function isRefused(): Promise<boolean> {
    const socket = connect(port, "127.0.0.1");
    const refused = await Promise.race([once(socket, "connect").then(() => false), once(socket, "error").then(() => true, () => true)]).catch(() => true);
    socket.destroy();
    return refused;
  }

  test.each(["SIGTERM", "SIGINT"] as const)("%s: what is in progress is answered, no connection is accepted, exit code 0", { tags: ["deep"] }, async (signal) => {
    const { child, outcome } = await open();
    const upload = await beginOne(1);
    child.kill(signal);
    await until(() => printed.includes("stopping\n"));
    await until(isRefused);
    upload.request.end("b");
    expect(await upload.answer).toMatchObject({ status: 200, text: hashOf("ab", 1), headers: { connection: "close" } });
    expect(await outcome).toMatchObject({ code: 0, signal: null, stderr: "", stdout: expect.stringMatching(/stopping\nstopped\n$/) });
  });

  test("what is not done when the time is over is answered with 503, exit code 0", { tags: ["deep"] }, async () => {
    const { child, outcome } = await open("--drain-ms", "20");
    const upload = await beginOne(1);
    child.kill("SIGTERM");
    expect(await upload.answer).toMatchObject({ status: 503, text: "the service is stopping\n" });
    expect(await outcome).toMatchObject({ code: 0, signal: null, stderr: "" });
  });

  test("a second SIGTERM ends it immediately", { tags: ["deep"] }, async () => {
    const { child, outcome } = await open();
    const upload = await beginOne(1);
    child.kill("SIGTERM");
    await until(() => printed.includes("stopping\n"));
    child.kill("SIGTERM");
    expect(await outcome).toMatchObject({ code: null, signal: "SIGTERM" });
    await expect(upload.answer).rejects.toThrow();
  });
});
