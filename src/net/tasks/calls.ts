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
import { WarrenError } from "../../errors.ts";
import { clearInterval, clearTimeout, performance, setInterval, setTimeout } from "../../host.ts";
import { Context } from "../../context/context.ts";
import { framesHere } from "../../runtime/task/site.ts";
import type { AbortSignal } from "../../wait/abort-signal.ts";
import type { Space } from "../../wire/type.ts";
import type { Link } from "../link/link.ts";
import { KIND, decodeMessage, encodeMessage, isJoined, kindOf, splitMessages } from "../link/message.ts";
import type { Waits } from "../link/waits.ts";
import type { NodeReport, Nodes } from "./nodes.ts";
import { idOf } from "./identity.ts";
import { ANSWER, type CallMessage, fieldsOf } from "./messages.ts";
import { type Outcome, Thrown, Unfinished, errorOf, fromNode, outcomeOf } from "./outcome.ts";
import { type RemoteOptions, type RemoteSpawn, type Resolved, resolveRemote } from "./remote-spawn.ts";
import { traceparent as traceparentKey } from "./traceparent.ts";
import { acceptOf } from "./versions.ts";

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

export class Calls {
  readonly #host: CallHost;
  readonly #caller: string;
  readonly #calls = new Map<number, Call>();
  #next = 1;
  /** When each node gave a sign of life. */
  readonly #beats = new Map<string, number>();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** When the connection began, or this process went on after it had stood still. */
  #upMs = performance.now();
  /** When calls were last looked at. */
  #lookedMs = 0;

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
        const resolved = resolveRemote(options);
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
    const message: CallMessage = { id, oldest: this.#oldest(), args: plain, contexts: contexts.map(([place, { deadlineMs }]) => [place, deadlineMs === undefined ? undefined : Math.max(0, deadlineMs - nowMs)] as const), timeoutMs, key, traceparent: carried };
    // Now, because the program may change its arguments after the call.
    const bytes = encodeMessage(space, KIND.call, fieldsOf(message), `the call of ${id}`);
    const watched = [...new Set(contexts.map(([, context]) => context))];
    const done = waits.begin(`remote task ${id.slice(id.indexOf("#") + 1)}`);
    try {
      let pauseMs = PAUSE_MS;
      /** A try that may have run: what comes later must not say that nothing did. */
      let mayHaveRun: WarrenError | undefined;
      let isFresh = false;
      for (let attempt = 1; ; ) {
        let outcome: Outcome | Promise<Outcome>;
        try {
          const build = options.accept === undefined ? link.options.build : await this.#buildFor(id, options.accept, isFresh);
          outcome = this.#once(id, bytes, watched, build, options);
        } catch (error) {
          // This try was not sent.
          throw mayHaveRun ?? error;
        }
        outcome = await outcome;
        if (outcome.isDone) return outcome.value;
        if (outcome.details["mayHaveRun"] === true) mayHaveRun = errorOf(outcome);
        const isNobody = outcome.code === "ERR_NO_NODE" && outcome.mayRetry === "counted";
        // The node that was known may have gone: the others are asked.
        if (options.accept !== undefined && isNobody && !isFresh) {
          isFresh = true;
          continue;
        }
        // A busy node has not started it, so that is no try.
        if (outcome.mayRetry === "free" || (outcome.mayRetry === "counted" && attempt++ < tries)) {
          await pause(pauseMs * (0.5 + Math.random()), signal);
          pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
          await link.whenUp(performance.now() + (timeoutMs ?? link.options.timeoutMs), signal);
          continue;
        }
        throw mayHaveRun ?? (isNobody ? await this.#whoServes(id, options.accept) : errorOf(outcome));
      }
    } catch (error) {
      throw error instanceof Thrown ? fromNode(error, framesHere()) : error;
    } finally {
      done();
    }
  }

  /** Sends one request. @returns its end; rejects with the task's own error @throws if it was not sent */
  #once(id: string, bytes: Uint8Array, contexts: readonly Context[], build: string, { timeoutMs, signal }: Resolved): Promise<Outcome> {
    const { link } = this.#host;
    const number = this.#next++;
    const { promise, resolve: settle, reject } = Promise.withResolvers<unknown>();
    const subject = link.names.task(id, build);
    const call: Call = { number, id, subject, resolve: settle, reject, heardMs: performance.now(), node: undefined };
    link.publish(subject, bytes, `the call of ${id}`, { reply: `${link.names.answers(this.#caller)}.${number}` });
    this.#calls.set(number, call);
    if (this.#timer === undefined) {
      this.#lookedMs = performance.now();
      this.#timer = setInterval(() => this.#look(), link.options.beatMs / 2);
    }
    const stops = contexts.map((context) => onAbort(context.signal, () => this.#cancel(call)));
    const fail = (error: unknown): void => {
      this.#cancel(call);
      this.#end(call, () => reject(error));
    };
    if (signal !== undefined) stops.push(onAbort(signal, () => fail(signal.reason)));
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => fail(new Unfinished("counted", "ERR_REMOTE_TIMEOUT", `the task ${id}${call.node === undefined ? "" : ` on node ${call.node}`} has not ended after ${timeoutMs} ms: it may have run, and is being cancelled`, { task: id, node: call.node, mayHaveRun: true })), timeoutMs);
    return outcomeOf(promise, () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    });
  }

  /** Subscribes to answers, before the first call. @throws ERR_NET_REFUSED, ERR_NET_DOWN */
  async open(): Promise<void> {
    const { link, space, warn } = this.#host;
    const beats = link.subscribe(link.names.beat("*"), { callback: (error, { subject }) => {
      if (error === null) this.#heard(subject.slice(subject.lastIndexOf(".") + 1));
    } });
    const answers = link.subscribe(`${link.names.answers(this.#caller)}.*`, { callback: (error, message) => {
      if (error !== null) return warn(error.message);
      const number = Number(message.subject.slice(message.subject.lastIndexOf(".") + 1));
      if (message.data.length === 0 && message.headers?.code === 503) return this.#nobody(number);
      if (!isJoined(message.data)) return this.#read(number, message.data, space);
      try {
        splitMessages(message.data, (each, bytes) => this.#read(each, bytes, space));
      } catch (refusal) {
        // Whose answers are cut off is not known: their callers miss them.
        warn(`answers were refused: ${(refusal as Error).message}`);
      }
    } });
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

  #nobody(number: number): void {
    const call = this.#calls.get(number);
    if (call !== undefined) this.#end(call, () => call.reject(new Unfinished("counted", "ERR_NO_NODE", "", {})));
  }

  /** Reads an answer. One that cannot be read ends its call. */
  #read(number: number, data: Uint8Array, space: Space): void {
    const call = this.#calls.get(number);
    if (call === undefined) return;
    try {
      this.#answered(call, data, space);
    } catch (refusal) {
      this.#end(call, () => call.reject(new Unfinished("never", "ERR_NET_MESSAGE", `the answer of the task ${call.id}, which may have run, was refused: ${(refusal as Error).message}`, { task: call.id, mayHaveRun: true })));
    }
  }

  #answered(call: Call, data: Uint8Array, space: Space): void {
    const kind = kindOf(data) as typeof KIND.result;
    const [node, value] = decodeMessage(space, kind, data, ANSWER) as [string | undefined, unknown];
    call.heardMs = performance.now();
    switch (kind as number) {
      case KIND.accepted:
        call.node = node;
        return;
      case KIND.result: return this.#end(call, () => call.resolve(value));
      case KIND.failure: return this.#end(call, () => call.reject(new Thrown(value, node ?? "?")));
      case KIND.busy: return this.#end(call, () => call.reject(new Unfinished("free", "ERR_NO_NODE", "", {})));
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

  /** The number of the oldest call without an answer. */
  #oldest(): number {
    for (const number of this.#calls.keys()) return number;
    return this.#next;
  }

  /** Looks for calls whose nodes are lost. */
  #look(): void {
    const { link } = this.#host;
    const nowMs = performance.now();
    const mostMs = (LOST_BEATS + 0.5) * link.options.beatMs;
    // If this process stood still, signs of life wait to be read.
    if (nowMs - this.#lookedMs > link.options.beatMs) this.#upMs = nowMs;
    this.#lookedMs = nowMs;
    // Without a connection no sign of life can come.
    if (!link.isUp || nowMs - this.#upMs < mostMs) return;
    for (const call of this.#calls.values()) {
      const heardMs = Math.max(call.heardMs, call.node === undefined ? 0 : (this.#beats.get(call.node) ?? 0));
      if (nowMs - heardMs < mostMs) continue;
      const { id, node } = call;
      const who = node === undefined ? "no node has answered" : `the node ${node} gives no sign of life`;
      this.#end(call, () => call.reject(new Unfinished("counted", "ERR_NODE_LOST", `${who} for ${Math.round(nowMs - heardMs)} ms: the task ${id} may have run`, { task: id, node, mayHaveRun: true })));
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
    link.soon(link.names.control(verb), encodeMessage(space, KIND.calls, [this.#caller, numbers], "a control message"));
  }

  /** The build of a node that may run the task. @throws ERR_NO_NODE, ERR_TASK_VERSION */
  async #buildFor(id: string, accept: string, isFresh: boolean): Promise<string> {
    const { nodes, link } = this.#host;
    const isAccepted = acceptOf(accept);
    const builds = new Set(buildsOf(id, await (isFresh ? nodes.ask() : nodes.recent())).filter(isAccepted));
    if (builds.has(link.options.build)) return link.options.build;
    const build = [...builds][Math.floor(Math.random() * builds.size)];
    if (build !== undefined) return build;
    if (!isFresh) return this.#buildFor(id, accept, true);
    throw await this.#whoServes(id, accept);
  }

  /** No node serves this build of a task: perhaps another. */
  async #whoServes(id: string, accept = this.#host.link.options.build): Promise<WarrenError> {
    const served = [...new Set(buildsOf(id, await this.#host.nodes.ask()))];
    if (served.length === 0 || served.some(acceptOf(accept))) return new WarrenError("ERR_NO_NODE", `no node serves ${id} (build ${accept}): it did not run`, { task: id, mayHaveRun: false });
    return new WarrenError("ERR_TASK_VERSION", `no node serves build ${accept} of ${id}, but nodes serve ${served.join(", ")}: it did not run. Allow them with net.spawn.with({ accept: "^${served[0]}" })`, { task: id, build: accept, served, mayHaveRun: false });
  }
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
