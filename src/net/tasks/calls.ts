/**
 * Remote tasks from the side of the caller.
 *
 * Invariants: each call ends once. It ends with ERR_NO_NODE only if the server said that
 * nobody serves the task, and with ERR_NODE_LOST only after `LOST_BEATS` signs of life
 * were missing while this node had a connection. Only calls with a key are sent a second
 * time.
 *
 * Source: Ray's rule that a task runs at most once unless the program asks for more, and
 * that the error says whether it may have run; NATS's queue groups and "no responders".
 */
import type { Msg } from "@nats-io/transport-node";
import { WarrenError, printValue } from "../../errors.ts";
import { clearInterval, clearTimeout, performance, setInterval, setTimeout } from "../../host.ts";
import { Context } from "../../context/context.ts";
import type { AbortSignal } from "../../wait/abort-signal.ts";
import { checkSignal } from "../../wait/wait.ts";
import { continueStack } from "../../wire/error-class.ts";
import type { Space } from "../../wire/type.ts";
import type { Link } from "../link/link.ts";
import { LONGEST_ID, checkCount, checkKeys, checkMs, checkTraceparent } from "../link/options.ts";
import { KIND, decodeMessage, encodeMessage, kindOf } from "../link/message.ts";
import type { Waits } from "../link/waits.ts";
import type { NodeReport, Nodes } from "./nodes.ts";
import { idOf } from "./identity.ts";
import { ANSWER, type CallMessage, fieldsOf } from "./messages.ts";
import { traceparent as traceparentKey } from "./traceparent.ts";
import { acceptOf } from "./versions.ts";

/** Options of `net.spawn.with`. */
export interface RemoteOptions {
  /** For so long, in milliseconds, each try may take. Then the call fails with ERR_REMOTE_TIMEOUT, and the task is cancelled. Without end by default. */
  readonly timeoutMs?: number | undefined;
  /** So often the task is tried if its node is lost or late. More than 1 needs a key: the task may run more than once. */
  readonly tries?: number | undefined;
  /** Names the work, such as an order's number: a node that has done it lately answers again, and does not do it again. */
  readonly key?: string | undefined;
  /** The builds that may run the task: `"2.3.0"`, `"^2"`, `"~2.3"`, `"*"`. This program's own by default. */
  readonly accept?: string | undefined;
  /** Rejects the call with its reason, and cancels the task. */
  readonly signal?: AbortSignal | undefined;
  /** W3C trace context. By default that of the first context among the arguments, then that of `join`. */
  readonly traceparent?: string | undefined;
}

/** Starts a task on any node that serves it. It is not `spawn`: other errors can come. */
export interface RemoteSpawn {
  /**
   * Runs the task `fn` at most once. Arguments and result are copied; a context among the
   * arguments is a new one on the other node, with the same deadline, which is cancelled
   * when this one is.
   * @throws ERR_NO_NODE: it did not run, ERR_TASK_VERSION: it did not run, ERR_NET_REFUSED: it did not run, ERR_NODE_LOST: it may have run, ERR_NOT_TRANSFERABLE, ERR_TOO_BIG, ERR_NET_DOWN, ERR_NET_CLOSED, ERR_INVALID_ARGUMENT, or what the task throws, with the node's name as `node`
   */
  <A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
  /** The same with options: `net.spawn.with({ timeoutMs: 5000 })(resize, image)`. @throws ERR_REMOTE_TIMEOUT, the signal's reason, and as above */
  with(options: RemoteOptions): <A extends unknown[], R>(fn: (...args: A) => R, ...args: A) => Promise<Awaited<R>>;
}

/** What calls need of their connection. */
export interface CallHost {
  readonly link: Link;
  readonly space: Space;
  readonly waits: Waits;
  readonly nodes: Nodes;
  readonly traceparent: () => string | undefined;
  readonly warn: (text: string) => void;
}

/** So many signs of life may be missing. */
const LOST_BEATS = 3;
/** So many nodes are remembered. */
const MOST_NODES = 16_384;
/** Between two tries: the first pause, and the longest. */
const PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

interface Call {
  readonly number: number;
  readonly id: string;
  /** Where it was sent. */
  readonly subject: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** When a sign of the call came last, or when it was sent. */
  heardMs: number;
  /** The node that has accepted it. */
  node: string | undefined;
}

interface Resolved extends RemoteOptions {
  readonly tries: number;
}

export class Calls {
  readonly #host: CallHost;
  readonly #caller: string;
  readonly #calls = new Map<number, Call>();
  #next = 1;
  /** When each node gave a sign of life. */
  readonly #beats = new Map<string, number>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #upMs = performance.now();

  constructor(host: CallHost) {
    this.#host = host;
    this.#caller = host.link.unique();
    host.link.listen({
      up: () => {
        this.#upMs = performance.now();
        this.#askAgain();
      },
      refused: ({ code, message, details, cause }, subject) => {
        for (const call of this.#calls.values()) if (call.subject === subject) this.#end(call, () => call.reject(new WarrenError(code, `${message}: the task ${call.id} did not run`, { ...details, task: call.id, mayHaveRun: false }, { cause })));
      },
      closed: (error) => {
        for (const call of this.#calls.values()) this.#end(call, () => call.reject(new WarrenError("ERR_NET_CLOSED", `${error.message}: the task ${call.id} may have run`, { task: call.id, mayHaveRun: true })));
      },
    });
  }

  get spawn(): RemoteSpawn {
    const once: Resolved = { tries: 1 };
    return Object.assign(<A extends unknown[], R>(fn: (...args: A) => R, ...args: A) => this.#spawn(once, fn, args) as Promise<Awaited<R>>, {
      with: (options: RemoteOptions) => {
        const resolved = resolve(options);
        return <A extends unknown[], R>(fn: (...args: A) => R, ...args: A) => this.#spawn(resolved, fn, args) as Promise<Awaited<R>>;
      },
    });
  }

  async #spawn(options: Resolved, fn: unknown, args: unknown[]): Promise<unknown> {
    const id = idOf("net.spawn", fn);
    const { link, waits, space } = this.#host;
    const { tries, signal, timeoutMs, key } = options;
    signal?.throwIfAborted();
    link.checkUp(`the call of ${id}`);
    const contexts = args.flatMap((arg, place): [number, Context][] => (arg instanceof Context ? [[place, arg]] : []));
    const plain = contexts.length === 0 ? args : args.map((arg) => (arg instanceof Context ? undefined : arg));
    const carried = options.traceparent ?? contexts.map(([, context]) => context.value(traceparentKey)).find((value) => value !== undefined) ?? this.#host.traceparent();
    const nowMs = performance.timeOrigin + performance.now();
    const message: CallMessage = { id, args: plain, contexts: contexts.map(([place, { deadlineMs }]) => [place, deadlineMs === undefined ? undefined : Math.max(0, deadlineMs - nowMs)] as const), timeoutMs, key, traceparent: carried };
    // Now, because the program may change its arguments after the call.
    const bytes = encodeMessage(space, KIND.call, fieldsOf(message), `the call of ${id}`);
    const watched = [...new Set(contexts.map(([, context]) => context))];
    const done = waits.begin(`remote task ${id.slice(id.indexOf("#") + 1)}`);
    try {
      let pauseMs = PAUSE_MS;
      for (let attempt = 1; ; ) {
        const target = options.accept === undefined ? link.options.build : await this.#buildFor(id, options.accept);
        const outcome = await this.#once(id, bytes, watched, target, options);
        if (outcome.isDone) return outcome.value;
        const { error } = outcome;
        // A busy node has not started it, so that is no try.
        if (outcome.mayRetry === "free" || (outcome.mayRetry === "counted" && attempt++ < tries)) {
          await pause(pauseMs * (0.5 + Math.random()), signal);
          pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
          await link.whenUp(performance.now() + (timeoutMs ?? link.options.timeoutMs), signal);
          continue;
        }
        throw error?.code === "ERR_NO_NODE" ? await this.#whoServes(id, error) : error;
      }
    } finally {
      done();
    }
  }

  /** Sends one request and waits for its end. Rejects with the task's own error. */
  async #once(id: string, bytes: Uint8Array, contexts: readonly Context[], build: string, { timeoutMs, signal }: Resolved): Promise<Outcome> {
    const { link } = this.#host;
    const number = this.#next++;
    const { promise, resolve: settle, reject } = Promise.withResolvers<unknown>();
    const subject = link.names.task(id, build);
    const call: Call = { number, id, subject, resolve: settle, reject, heardMs: performance.now(), node: undefined };
    link.publish(subject, bytes, `the call of ${id}`, { reply: `${link.names.answers(this.#caller)}.${number}` });
    this.#calls.set(number, call);
    this.#timer ??= setInterval(() => this.#look(), link.options.beatMs / 2);
    const stops = contexts.map((context) => onAbort(context.signal, () => this.#cancel(call)));
    const fail = (error: unknown): void => {
      this.#cancel(call);
      this.#end(call, () => reject(error));
    };
    if (signal !== undefined) stops.push(onAbort(signal, () => fail(signal.reason)));
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => fail(lateError(id, call.node, timeoutMs)), timeoutMs);
    try {
      return { isDone: true, value: await promise };
    } catch (error) {
      const retry = error instanceof Unfinished ? error.mayRetry : isLate(error) ? "counted" : undefined;
      if (retry === undefined) throw error;
      return { isDone: false, mayRetry: retry, error: error instanceof Unfinished ? error.error : (error as WarrenError) };
    } finally {
      clearTimeout(timer);
      for (const stop of stops) stop();
    }
  }

  /** Subscribes to answers, before the first call. @throws ERR_NET_REFUSED, ERR_NET_DOWN */
  async open(): Promise<void> {
    const { link, space, warn } = this.#host;
    const beats = link.subscribe(link.names.beat("*"), (error, { subject }) => {
      if (error === null) this.#heard(subject.slice(subject.lastIndexOf(".") + 1));
    });
    const answers = link.subscribe(`${link.names.answers(this.#caller)}.*`, (error, message) => {
      if (error !== null) return warn(error.message);
      const call = this.#calls.get(Number(message.subject.slice(message.subject.lastIndexOf(".") + 1)));
      if (call === undefined) return;
      if (message.data.length === 0 && message.headers?.code === 503) return this.#end(call, () => call.reject(new Unfinished("counted", new WarrenError("ERR_NO_NODE", `no node serves ${call.id} (build ${link.options.build}): it did not run`, { task: call.id, mayHaveRun: false }))));
      try {
        this.#answered(call, message, space);
      } catch (refusal) {
        warn(`an answer for ${call.id} was refused: ${(refusal as Error).message}`);
      }
    });
    await Promise.all([beats, answers]);
  }

  /** A node has given a sign of life. The latest is the last. */
  #heard(node: string): void {
    this.#beats.delete(node);
    this.#beats.set(node, performance.now());
    for (const [oldest] of this.#beats) {
      if (this.#beats.size <= MOST_NODES) return;
      this.#beats.delete(oldest);
    }
  }

  #answered(call: Call, { data }: Msg, space: Space): void {
    const kind = kindOf(data) as typeof KIND.result;
    const [node, value] = decodeMessage(space, kind, data, ANSWER) as [string, unknown];
    call.heardMs = performance.now();
    switch (kind as number) {
      case KIND.accepted:
        call.node = node;
        return;
      case KIND.result: return this.#end(call, () => call.resolve(value));
      case KIND.failure: return this.#end(call, () => call.reject(fromNode(value, node)));
      case KIND.busy: return this.#end(call, () => call.reject(new Unfinished("free", undefined)));
      default: throw new WarrenError("ERR_NET_MESSAGE", `an answer of kind ${kind}`);
    }
  }

  #end(call: Call, settle: () => void): void {
    if (!this.#calls.delete(call.number)) return;
    settle();
    if (this.#calls.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Looks for calls whose nodes are lost. */
  #look(): void {
    const { link } = this.#host;
    const nowMs = performance.now();
    const mostMs = (LOST_BEATS + 0.5) * link.options.beatMs;
    // Without a connection no sign of life can come.
    if (!link.isUp || nowMs - this.#upMs < mostMs) return;
    for (const call of this.#calls.values()) {
      const heardMs = Math.max(call.heardMs, call.node === undefined ? 0 : (this.#beats.get(call.node) ?? 0));
      if (nowMs - heardMs < mostMs) continue;
      const { id, node } = call;
      const who = node === undefined ? "no node has answered" : `the node ${node} gives no sign of life`;
      this.#end(call, () => call.reject(new Unfinished("counted", new WarrenError("ERR_NODE_LOST", `${who} for ${Math.round(nowMs - heardMs)} ms: the task ${id} may have run`, { task: id, node, mayHaveRun: true }))));
    }
  }

  /** After an interruption: answers may have been lost. */
  #askAgain(): void {
    for (const call of this.#calls.values()) call.heardMs = performance.now();
    this.#control("again", [...this.#calls.keys()]);
  }

  /** Best effort: nobody waits for it. */
  #cancel({ number }: Call): void {
    this.#control("cancel", [number]);
  }

  #control(verb: string, numbers: readonly number[]): void {
    const { link, space } = this.#host;
    if (numbers.length === 0 || !link.isUp) return;
    link.nc.publish(link.names.control(verb), encodeMessage(space, KIND.calls, [this.#caller, numbers], "a control message"));
  }

  /** The build of a node that may run the task. @throws ERR_NO_NODE, ERR_TASK_VERSION */
  async #buildFor(id: string, accept: string): Promise<string> {
    const { nodes, link } = this.#host;
    const isAccepted = acceptOf(accept);
    const builds = new Set(buildsOf(id, await nodes.recent()).filter(isAccepted));
    if (builds.has(link.options.build)) return link.options.build;
    const build = [...builds][Math.floor(Math.random() * builds.size)];
    if (build !== undefined) return build;
    throw await this.#whoServes(id, new WarrenError("ERR_NO_NODE", `no node serves ${id}: it did not run`, { task: id, mayHaveRun: false }), accept);
  }

  /** No node serves this build of a task: perhaps another. */
  async #whoServes(id: string, error: WarrenError, accept = this.#host.link.options.build): Promise<WarrenError> {
    const served = [...new Set(buildsOf(id, await this.#host.nodes.ask()))];
    if (served.length === 0 || served.some(acceptOf(accept))) return error;
    return new WarrenError("ERR_TASK_VERSION", `no node serves build ${accept} of ${id}, but nodes serve ${served.join(", ")}: it did not run. Allow them with net.spawn.with({ accept: "^${served[0]}" })`, { task: id, build: accept, served, mayHaveRun: false });
  }
}

/** How a request ended: with the result, or in a way after which it may be sent again. */
type Outcome = { readonly isDone: true; readonly value: unknown } | { readonly isDone: false; readonly mayRetry: "free" | "counted"; readonly error: WarrenError | undefined };

/** The task did not run, or is not known to have run. */
class Unfinished {
  readonly mayRetry: "free" | "counted";
  readonly error: WarrenError | undefined;
  constructor(mayRetry: "free" | "counted", error: WarrenError | undefined) {
    this.mayRetry = mayRetry;
    this.error = error;
  }
}

function resolve(options: RemoteOptions): Resolved {
  checkKeys("spawn.with", options, ["timeoutMs", "tries", "key", "accept", "signal", "traceparent"]);
  const { timeoutMs, key, accept, signal, traceparent, tries = 1 } = options;
  if (timeoutMs !== undefined) checkMs("timeoutMs of spawn.with", timeoutMs, 1);
  checkCount("tries of spawn.with", tries, 1, 1000);
  if (key !== undefined && (typeof key !== "string" || key === "" || key.length > LONGEST_ID)) throw new WarrenError("ERR_INVALID_ARGUMENT", `the option key of spawn.with must be a text of 1 to ${LONGEST_ID} characters, not ${printValue(key)}`);
  if (tries > 1 && key === undefined) throw new WarrenError("ERR_INVALID_ARGUMENT", "the option tries of spawn.with needs the option key: the task may run more than once, and the key names the work");
  if (accept !== undefined) acceptOf(accept);
  if (signal !== undefined) checkSignal(signal);
  checkTraceparent(traceparent);
  return { ...options, tries };
}

const late = new WeakSet<Error>();

function lateError(id: string, node: string | undefined, timeoutMs: number): WarrenError {
  const error = new WarrenError("ERR_REMOTE_TIMEOUT", `the task ${id}${node === undefined ? "" : ` on node ${node}`} has not ended after ${timeoutMs} ms: it may have run, and is being cancelled`, { task: id, node, mayHaveRun: true });
  late.add(error);
  return error;
}

/** Whether it is this caller's own error, and not one that the task has thrown. */
function isLate(error: unknown): boolean {
  return error instanceof Error && late.has(error);
}

/** The error of a remote task: as it was thrown, with the node's name. */
function fromNode(error: unknown, node: string): unknown {
  if (!(error instanceof Error)) return error;
  Object.defineProperty(error, "node", { value: node, writable: true, enumerable: true, configurable: true });
  continueStack(error, `on node ${node}`, undefined);
  return error;
}

function buildsOf(id: string, nodes: readonly NodeReport[]): string[] {
  return nodes.flatMap(({ tasks }) => tasks.filter((task) => task.id === id).map(({ build }) => build));
}

function onAbort(signal: AbortSignal, work: () => void): () => void {
  if (signal.aborted) work();
  else signal.addEventListener("abort", work, { once: true });
  return () => signal.removeEventListener("abort", work);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done, reject) => {
    const stop = signal === undefined ? undefined : onAbort(signal, () => reject(signal.reason as Error));
    setTimeout(() => {
      stop?.();
      done();
    }, ms);
  });
}
