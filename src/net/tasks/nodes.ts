/** Which processes have joined the program, and what they do: each answers for itself. */
import type { Runtime } from "../../runtime/runtime.ts";
import { formatDump } from "../../runtime/inspect/format-dump.ts";
import type { OutsideWait } from "../../runtime/inspect/outside.ts";
import { performance, setTimeout } from "../../host.ts";
import type { Space } from "../../wire/type.ts";
import { KIND, decodeMessage, encodeMessage } from "../link/message.ts";
import type { Link } from "../link/link.ts";

/** A task that a node serves. */
export interface ServedTask {
  /** Package, file and name. */
  readonly id: string;
  /** Its name alone. */
  readonly name: string;
  /** The version of the program that serves it. */
  readonly build: string;
}

/** What a process that has joined tells of itself. */
export interface NodeReport {
  /** The option `node` of its `join`. */
  readonly node: string;
  /** The option `build` of its `join`. */
  readonly build: string;
  /** The number of its process. */
  readonly pid: number;
  /** Threads of its runtime. */
  readonly threads: number;
  /** Milliseconds since it has joined. */
  readonly upMs: number;
  /** What it serves. */
  readonly tasks: readonly ServedTask[];
  /** Calls of other nodes that run on it. */
  readonly running: number;
  /** Calls of other nodes that wait on it until others have ended. */
  readonly waiting: number;
  /** Calls of other nodes that have ended on it. */
  readonly done: number;
  /** Its own waits for other machines. */
  readonly waits: readonly OutsideWait[];
  /** It takes no more work, and ends when it has done what it has. */
  readonly isDraining: boolean;
}

/** What answering needs of the connection. */
export interface NodeHost {
  readonly link: Link;
  readonly space: Space;
  readonly rt: Runtime;
  readonly report: () => NodeReport;
  readonly warn: (text: string) => void;
}

/** How long answers are awaited: until none has come in so many looks in a row, and at most. */
const QUIET_LOOKS = 4;
const MOST_LOOKS = 20;
const LOOK_MS = 20;
/** Reports younger than this are used again. */
const RECENT_MS = 2000;

export class Nodes {
  readonly #host: NodeHost;
  #recent: { readonly ms: number; readonly reports: NodeReport[] } | undefined;

  constructor(host: NodeHost) {
    this.#host = host;
  }

  /** Answers the questions of other nodes. @throws ERR_NET_REFUSED, ERR_NET_DOWN */
  async open(): Promise<void> {
    const { link, space, rt, report, warn } = this.#host;
    const answer = (verb: string, tell: () => Promise<unknown>): Promise<unknown> =>
      link.subscribe(link.names.control(verb), { callback: (error, { reply }) => {
        if (error !== null) return warn(error.message);
        if (reply === undefined || reply === "") return;
        void tell()
          .then((value) => link.publish(reply, encodeMessage(space, KIND.node, [value], "a report"), "a report"))
          .catch((failure: unknown) => warn(`a question was not answered: ${(failure as Error).message}`));
      } });
    const dump = async (): Promise<unknown> => {
      const text = formatDump(await rt.dump(), await rt.stats());
      return { node: link.options.node, text: text.slice(0, link.mostBytes / 4) };
    };
    // One dump answers all who ask while it is made: it asks every thread.
    let making: Promise<unknown> | undefined;
    const sharedDump = (): Promise<unknown> => (making ??= dump().finally(() => (making = undefined)));
    await Promise.all([answer("who", async () => report()), answer("dump", sharedDump)]);
  }

  /** The reports of all nodes, this one included. @throws ERR_NET_DOWN, ERR_NET_CLOSED */
  async ask(): Promise<NodeReport[]> {
    const ms = performance.now();
    const reports = (await this.#gather("who")).filter(isReport).toSorted((a, b) => a.node.localeCompare(b.node));
    this.#recent = { ms, reports };
    return reports;
  }

  /** As `ask`, but the answer may be two seconds old. */
  async recent(): Promise<NodeReport[]> {
    return this.#recent !== undefined && performance.now() - this.#recent.ms < RECENT_MS ? this.#recent.reports : this.ask();
  }

  /** What the runtime of each node does, as text. */
  async dumps(): Promise<{ readonly node: string; readonly text: string }[]> {
    const dumps = (await this.#gather("dump")) as { node: unknown; text: unknown }[];
    return dumps.filter((its): its is { node: string; text: string } => isName(its?.node) && typeof its.text === "string").toSorted((a, b) => a.node.localeCompare(b.node));
  }

  async #gather(verb: string): Promise<unknown[]> {
    const { link, space, warn } = this.#host;
    const answers: unknown[] = [];
    const inbox = link.names.inbox(link.unique());
    // A dump takes longer, so it is not waited for who has gone.
    const missing = new Set(verb === "who" ? this.#recent?.reports.map(({ node }) => node) : []);
    let hasHeard = false;
    const subscription = await link.subscribe(inbox, { callback: (error, { data, headers }) => {
      hasHeard = true;
      if (error !== null || headers?.code === 503) return;
      try {
        const [its] = decodeMessage(space, KIND.node, data, ["any"]);
        answers.push(its);
        missing.delete((its as { node: string } | null)?.node as string);
      } catch (refusal) {
        warn(`a report was refused: ${(refusal as Error).message}`);
      }
    } });
    try {
      link.publish(link.names.control(verb), new Uint8Array(), "a question to all nodes", { reply: inbox });
      // A dump waits for threads that compute.
      const times = verb === "dump" ? 5 : 1;
      // This node answers, too: so while there is no answer, there will be one. So will be those that answered the last time.
      let quiet = 0;
      for (let looks = 0; looks < times * MOST_LOOKS && (answers.length === 0 || missing.size > 0 || quiet < times * QUIET_LOOKS); looks++) {
        hasHeard = false;
        const lookMs = performance.now();
        await delay(LOOK_MS);
        if (hasHeard) quiet = 0;
        // While this thread stood still, nobody could be heard.
        else if (performance.now() - lookMs < 2 * LOOK_MS) quiet++;
      }
    } finally {
      subscription.unsubscribe();
    }
    return answers;
  }
}

function isTask(task: unknown): boolean {
  return ["id", "name", "build"].every((key) => typeof (task as Record<string, unknown> | null)?.[key] === "string");
}

function isWait(wait: unknown): boolean {
  const { name, count, oldestMs } = (wait ?? {}) as Record<string, unknown>;
  return typeof name === "string" && typeof count === "number" && typeof oldestMs === "number";
}

/** Whether it can be the name or the build of a node. */
function isName(text: unknown): text is string {
  return typeof text === "string" && /^[\w.+-]{1,64}$/.test(text);
}

function isReport(value: unknown): value is NodeReport {
  const { node, build, tasks, waits, pid, threads, upMs, running, waiting, done } = (value ?? {}) as Record<string, unknown>;
  return isName(node) && isName(build) && Array.isArray(tasks) && tasks.every(isTask) && Array.isArray(waits) && waits.every(isWait) && [pid, threads, upMs, running, waiting, done].every((count) => typeof count === "number");
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
