/** A nats-server of this machine: one that answers, or one that is started for a command and ends with it. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { findOnPath } from "./other-programs.ts";

export const USUAL_PORT = 4222;
const HOST = "127.0.0.1";
const PROGRAM = "nats-server";
/** Where packages put it; not all of them are in every user's PATH. */
const FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];
export const HOW_TO_INSTALL = "install it (apt-get install nats-server, brew install nats-server, or github.com/nats-io/nats-server/releases)";

/** How long a server may take to begin. */
const BEGIN_MS = 10_000;
const LOOK_MS = 10;
/** How long a server on this machine may take to answer. */
const ANSWER_MS = 1000;

/** A server that belongs to this command. */
export interface LocalServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** The program, if it is installed. On Windows none is started: there is no shell to watch it. */
export function findServer(folders: readonly string[] = [process.env["PATH"] ?? "", ...FOLDERS]): string | undefined {
  return findOnPath(PROGRAM, folders.join(delimiter)) ?? undefined;
}

/** Whether a NATS server answers on a port of this machine: it speaks first. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: HOST });
    const end = (isServer: boolean) => (): void => {
      socket.destroy();
      resolve(isServer);
    };
    socket.once("data", (text) => end(text.toString("latin1").startsWith("INFO "))());
    socket.once("error", end(false));
    socket.once("close", end(false));
    socket.setTimeout(ANSWER_MS, end(false));
  });
}

/**
 * Runs a server that ends when standard input does, so also when the command is killed.
 * The arguments: the folder of its store, which is removed then, and the server's command line.
 */
const UNTIL_INPUT_ENDS = 'exec 3<&0; "$@" & server=$!; (read -r _ <&3; kill "$server") & watcher=$!; wait "$server"; rm -rf "$0"; kill "$watcher" 2>/dev/null';

/** Starts one with JetStream on a port of this machine: `port`, or any that is free. Its store is temporary. @throws if it does not start */
export async function startServer(program: string, port?: number): Promise<LocalServer> {
  const folder = mkdtempSync(join(tmpdir(), "warren-nats-"));
  const args = ["-a", HOST, "-p", port === undefined ? "-1" : String(port), "-js", "-sd", folder, "--ports_file_dir", folder];
  // A process group of its own: Ctrl-C reaches the command, which ends the server after its own work.
  const child = spawn("sh", ["-c", UNTIL_INPUT_ENDS, folder, program, ...args], { stdio: ["pipe", "ignore", "pipe"], detached: true });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log = (log + text).slice(-4000)));
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      log += error.message;
      resolve();
    });
    child.once("close", () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  const url = await urlOf(child, folder);
  if (url !== undefined) return { url, stop };
  await stop();
  throw new Error(`nats-server did not start: ${log.trim().split("\n").at(-1)}`);
}

/** The server writes the address where it listens into a file. `undefined`: it has ended, or takes too long. */
async function urlOf(child: ChildProcess, folder: string): Promise<string | undefined> {
  for (const untilMs = performance.now() + BEGIN_MS; performance.now() < untilMs && child.pid !== undefined && child.exitCode === null; await setTimeout(LOOK_MS)) {
    try {
      const file = readdirSync(folder).find((name) => name.endsWith(".ports"));
      const { nats } = JSON.parse(readFileSync(join(folder, file ?? ""), "utf8")) as { nats?: readonly string[] };
      if (nats?.[0] !== undefined) return nats[0];
    } catch {
      // It has not been written yet, or not wholly.
    }
  }
  return undefined;
}
