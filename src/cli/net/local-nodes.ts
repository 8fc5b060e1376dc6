/** Nodes of the talk as processes of this machine, which end with the command. */
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { FileError } from "../options/values.ts";
import { note } from "../terminal/streams.ts";
import type { RawServers } from "./servers.ts";

const MAIN = fileURLToPath(new URL(`../main${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url));

export interface LocalNodes extends AsyncDisposable {
  readonly pids: readonly number[];
  /** Refuses to wait longer for nodes that have ended. @throws FileError */
  check(): void;
}

/** Starts `count` nodes with one thread each. */
export function startNodes(count: number, name: string, servers: readonly string[], { creds, tlsCa, tlsCert, tlsKey, insecure = false }: RawServers): LocalNodes {
  const given = Object.entries({ creds, "tls-ca": tlsCa, "tls-cert": tlsCert, "tls-key": tlsKey }).flatMap(([option, value]) => (value === undefined ? [] : [`--${option}`, value]));
  let isEnding = false;
  let last = "";
  const children = Array.from({ length: count }, (_, index) => {
    const node = `node-${index + 1}`;
    const args = ["node", "--talk", "--threads", "1", "--quiet", "--name", name, "--node", node, "--servers", servers.join(","), ...given, ...(insecure ? ["--insecure"] : [])];
    // A process group of its own: Ctrl-C reaches the command, and when that ends its nodes do, too.
    const child = fork(MAIN, args, { stdio: ["ignore", "ignore", "pipe", "ipc"], detached: true });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (last = text.trim().split("\n").at(-1) ?? last));
    child.once("exit", (code, signal) => {
      if (!isEnding) note(`${node} (process ${child.pid}) has ended: ${signal ?? `exit code ${code}`}`);
    });
    return child;
  });
  return {
    pids: children.map(({ pid }) => pid ?? 0),
    check: () => {
      if (children.some(hasEnded)) throw new FileError(`a node did not start: ${last.replace(/^warren: /, "")}`);
    },
    [Symbol.asyncDispose]: async () => {
      isEnding = true;
      await Promise.all(children.filter((child) => !hasEnded(child)).map((child) => new Promise((resolve) => {
        child.once("exit", resolve);
        child.kill("SIGTERM");
      })));
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
