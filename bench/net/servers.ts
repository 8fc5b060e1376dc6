/** The servers of the benchmark: on loopback, with temporary stores, ended with it. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
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
  const path = findServer("nats-server");
  if (path === undefined) return undefined;
  return startServer(path, (folder) => ["--jetstream", "--store_dir", folder, "--addr", "127.0.0.1", "--port", "-1", "--ports_file_dir", folder], async (folder) => {
    const file = readdirSync(folder).find((name) => name.endsWith(".ports"));
    const { nats } = JSON.parse(file === undefined ? "{}" : readFileSync(join(folder, file), "utf8") || "{}") as { nats?: string[] };
    return nats?.[0] === undefined ? undefined : Number(new URL(nats[0]).port);
  });
}

/** A Redis server that keeps nothing on disk; `undefined` if there is no `redis-server`. */
export async function startRedis(): Promise<Server | undefined> {
  const path = findServer("redis-server");
  if (path === undefined) return undefined;
  const port = await freePort();
  return startServer(path, (folder) => ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder], async () => ((await answers(port)) ? port : undefined));
}

/** Debian has servers in a folder that is not on every user's path. */
function findServer(name: string): string | undefined {
  return findOnPath(name, `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin`) ?? undefined;
}

async function startServer(path: string, argsIn: (folder: string) => string[], portIn: (folder: string) => Promise<number | undefined>): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "warren-net-"));
  const server = spawn(path, argsIn(folder), { stdio: "ignore" });
  const ended = once(server, "exit");
  const end = async (): Promise<void> => {
    server.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const untilMs = performance.now() + START_MS;
  while (server.exitCode === null && performance.now() < untilMs) {
    const port = await portIn(folder);
    if (port !== undefined) return { port, version: versionOf(path), [Symbol.asyncDispose]: end };
    await setTimeout(20);
  }
  await end();
  throw new Error(`${path} did not start`);
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
