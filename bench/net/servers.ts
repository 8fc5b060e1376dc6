/** The servers of the benchmark: on loopback, with temporary stores, ended with it. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { setTimeout } from "node:timers/promises";
import { findServer, startServer } from "../../src/lab/machine/nats-server.ts";
import { findOnPath } from "../../src/lab/machine/other-programs.ts";

/** A server that runs until it is disposed. */
export interface Server extends AsyncDisposable {
  readonly port: number;
  /** As it says itself. */
  readonly version: string;
}

/** For so long a server may take to start. */
const START_MS = 10_000;

/** A NATS server with JetStream; `undefined` if there is no `nats-server`. */
export async function startNats(): Promise<Server | undefined> {
  const path = findServer();
  if (path === undefined) return undefined;
  const { url, stop } = await startServer(path);
  return { port: Number(new URL(url).port), version: versionOf(path), [Symbol.asyncDispose]: stop };
}

/** A Redis server that keeps nothing on disk; `undefined` if there is no `redis-server`. */
export async function startRedis(): Promise<Server | undefined> {
  const path = findOnPath("redis-server");
  if (path === null) return undefined;
  const port = await freePort();
  const server = spawn(path, ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", tmpdir()], { stdio: "ignore" });
  const ended = once(server, "exit");
  const end = async (): Promise<void> => {
    server.kill();
    await ended;
  };
  for (const untilMs = performance.now() + START_MS; server.exitCode === null && performance.now() < untilMs; await setTimeout(20)) {
    if (await answers(port)) return { port, version: versionOf(path), [Symbol.asyncDispose]: end };
  }
  await end();
  throw new Error("redis-server did not start");
}

function versionOf(path: string): string {
  return /\d+\.\d+\.\d+/.exec(execFileSync(path, ["--version"], { encoding: "utf8" }))?.[0] ?? "unknown";
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    // It does not listen yet.
    return false;
  } finally {
    socket.destroy();
  }
}
