/** Servers and nodes for tests: real processes, which end with the test. */
import { findServer, startServer } from "../../../src/lab/machine/nats-server.ts";
import { beginNode, type NodeProcess } from "../../node-process.ts";

/** Why these tests cannot run here; `undefined`: they can. */
export const MISSING = findServer() === undefined ? " (skipped: there is no nats-server; apt-get install nats-server)" : "";

/** A server with JetStream on a free port. */
export function server(): ReturnType<typeof startServer> {
  return startServer(findServer() as string);
}

export interface NodeOfTest extends NodeProcess {
  /** What its health endpoint says. */
  health(): Promise<{ readonly code: number; readonly body: Record<string, unknown> }>;
}

const begun: NodeProcess[] = [];

/** Ends what a failed test has left. */
export function endNodes(): void {
  for (const { child } of begun.splice(0)) child.kill("SIGKILL");
}

/** Starts `warren node ARGS` and waits until it serves. */
export async function beginServing(args: readonly string[]): Promise<NodeOfTest> {
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>();
  const { PATH, HOME } = process.env;
  const node = beginNode(["src/cli/main.ts", "node", ...args, "--health", "0"], {
    env: { PATH, HOME },
    deadlineMs: 120_000,
    onStderr: (text) => {
      const [, url] = /health at (\S+)/.exec(text) ?? [];
      if (url !== undefined) resolve(url);
    },
  });
  begun.push(node);
  void node.outcome.then(({ code, stderr }) => reject(new Error(`the node has ended with ${code}: ${stderr}`)));
  const url = await ready;
  return {
    ...node,
    health: async () => {
      const answer = await fetch(url);
      return { code: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
  };
}

/** Waits for a fact. */
export async function until(fact: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await fact())) await new Promise((resolve) => { setTimeout(resolve, 10); });
}
