/**
 * Clients of the service, in a process of their own: `node bench/service/load.ts`, with the
 * order as JSON on standard input. It prints a line when the warm-up is over, and one line of
 * JSON at the end. Each connection sends its next
 * upload when it has the answer to the last one. In addition, one connection asks for
 * /health every 50 ms: that answer needs no thread, so its time shows whether the event
 * loop of the server is free.
 */
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { stretch } from "../../workers/examples/uploads/tasks.ts";

export interface LoadOrder {
  readonly port: number;
  readonly connections: number;
  /** Size of an upload. */
  readonly bytes: number;
  /** Rounds that the service is asked for. */
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export interface Load {
  readonly requestsPerSecond: number;
  /** Times of uploads, in milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Times of /health. */
  readonly healthP50Ms: number;
  readonly healthP99Ms: number;
  /** Uploads that were answered while the measurement ran. */
  readonly answered: number;
  /** Answers other than the right one, and connections that failed. */
  readonly errors: number;
}

const HEALTH_MS = 50;

const { port, connections, bytes, rounds, warmUpMs, measureMs } = JSON.parse(readFileSync(0, "utf8")) as LoadOrder;
const body = Buffer.alloc(bytes, "warren");
const expected = `${stretch(createHash("sha256").update(body).digest(), rounds).toString("hex")}\n`;
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const healthAgent = new Agent({ keepAlive: true, maxSockets: 1 });

/** The text of an answer of status 200; otherwise the status. */
function ask(path: string, method: string, its: Agent, content?: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, method, agent: its, headers: content === undefined ? {} : { "content-length": content.length } }, (response) => {
      let text = "";
      response.setEncoding("latin1").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(response.statusCode === 200 ? text : `${response.statusCode}`));
    })
      .on("error", reject)
      .end(content);
  });
}

const beginMs = performance.now() + warmUpMs;
const endMs = beginMs + measureMs;
let [answered, errors] = [0, 0];

/** Asks again and again, and notes the times of what began and ended while the measurement ran. */
async function repeat(times: number[], one: () => Promise<boolean>, pauseMs: number): Promise<void> {
  for (let sentMs = performance.now(); sentMs < endMs; sentMs = performance.now()) {
    const isRight = await one().catch(() => false);
    const nowMs = performance.now();
    if (!isRight) errors++;
    else if (sentMs >= beginMs && nowMs <= endMs) times.push(nowMs - sentMs);
    if (pauseMs > 0 || !isRight) await wait(pauseMs);
  }
}

async function upload(): Promise<boolean> {
  const isRight = (await ask(`/hash?rounds=${rounds}`, "POST", agent, body)) === expected;
  if (isRight && performance.now() >= beginMs) answered++;
  return isRight;
}

async function sayBegin(): Promise<void> {
  await wait(warmUpMs);
  console.log("measuring");
}

const [uploads, health]: [number[], number[]] = [[], []];
await Promise.all([
  sayBegin(),
  ...Array.from({ length: connections }, () => repeat(uploads, upload, 0)),
  repeat(health, async () => (await ask("/health", "GET", healthAgent)) === "ok\n", HEALTH_MS),
]);
agent.destroy();
healthAgent.destroy();

function percentile(times: number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

console.log(JSON.stringify({ requestsPerSecond: (uploads.length * 1000) / measureMs, p50Ms: percentile(uploads, 0.5), p99Ms: percentile(uploads, 0.99), healthP50Ms: percentile(health, 0.5), healthP99Ms: percentile(health, 0.99), answered, errors } satisfies Load));
