/**
 * Runs tasks for other nodes.
 *
 * Invariants: a call is answered once for each request of it, with a result, a failure,
 * or that the node is busy; at most `limit` calls run, and at most `waiting` wait, over
 * all tasks that the node serves. A call that takes long, or has to wait, is answered first
 * with "accepted", so that its caller knows the node and watches its signs of life.
 */
import type { Msg } from "@nats-io/transport-node";
import { INSPECT, WarrenError } from "../../errors.ts";
import { clearInterval, performance, setInterval } from "../../host.ts";
import type { Context } from "../../context/context.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { AnyFunction } from "../../runtime/module/task-function.ts";
import { Fifo } from "../../scheduler/fifo.ts";
import type { Space } from "../../wire/type.ts";
import type { Link } from "../link/link.ts";
import { checkCount, checkKeys } from "../link/options.ts";
import { KIND, type Kind, decodeMessage, encodeMessage } from "../link/message.ts";
import { type ServedCall, ServedCalls } from "./answers.ts";
import { idOf } from "./identity.ts";
import { CALL, CALLS, type CallMessage, callOf, callerOf } from "./messages.ts";
import type { ServedTask } from "./nodes.ts";
import { traceparent as traceparentKey } from "./traceparent.ts";

/** Options of `net.serve`. */
export interface ServeOptions {
  /** So many calls run on this node at the same time, of all its tasks. 64 by default. */
  readonly limit?: number | undefined;
  /** So many more wait here; beyond them the node says that it is busy, and the caller tries again. 1,024 by default. */
  readonly waiting?: number | undefined;
}

/** What a node serves, until it is stopped. */
export interface Serving extends AsyncDisposable {
  /** Takes no more calls. Those that it has taken end. */
  stop(): Promise<void>;
}

/** What serving needs of its connection. */
export interface ServeHost {
  readonly link: Link;
  readonly space: Space;
  readonly rt: Runtime;
  readonly warn: (text: string) => void;
}

/** A call that has no answer after this time is accepted. */
const ACCEPT_MS = 25;

export class Server {
  readonly #host: ServeHost;
  readonly #tasks = new Map<string, AnyFunction>();
  readonly #calls = new ServedCalls();
  readonly #waiting = new Fifo<ServedCall>();
  #limit = 64;
  #mostWaiting = 1024;
  #running = 0;
  /** Calls that are neither accepted nor answered. */
  readonly #fresh = new Set<ServedCall>();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Answers that could not be sent while there was no connection. */
  readonly #unsent: (() => void)[] = [];
  #isListening = false;
  #idle: (() => void) | undefined;

  constructor(host: ServeHost) {
    this.#host = host;
  }

  get tasks(): ServedTask[] {
    const { build } = this.#host.link.options;
    return [...this.#tasks.keys()].map((id) => ({ id, name: id.slice(id.indexOf("#") + 1), build }));
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws ERR_INVALID_ARGUMENT, ERR_NET_REFUSED, ERR_NET_DOWN, ERR_NET_CLOSED */
  async serve(tasks: unknown, options: ServeOptions): Promise<Serving> {
    checkKeys("serve", options, ["limit", "waiting"]);
    if (!Array.isArray(tasks) || tasks.length === 0) throw new WarrenError("ERR_INVALID_ARGUMENT", "serve needs a list of tasks: net.serve([resize, count])");
    const { limit = this.#limit, waiting = this.#mostWaiting } = options;
    checkCount("limit of serve", limit, 1, 1_000_000);
    checkCount("waiting of serve", waiting, 0, 1_000_000);
    const ids = new Map(tasks.map((fn: unknown) => [idOf("serve", fn), fn as AnyFunction]));
    for (const [id, fn] of ids) {
      const known = this.#tasks.get(id);
      if (known !== undefined) throw new WarrenError("ERR_INVALID_ARGUMENT", `the task ${id} is served already${known === fn ? "" : ", by another function"}`);
    }
    const { link } = this.#host;
    const { names, options: own } = link;
    this.#limit = limit;
    this.#mostWaiting = waiting;
    if (!this.#isListening) await this.#listen();
    for (const [id, fn] of ids) this.#tasks.set(id, fn);
    const subscriptions = await Promise.all([...ids.keys()].map((id) => link.subscribe(names.task(id, own.build), (error, message) => this.#asked(error, message, id), { queue: "warren" })));
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> =>
      (stopped ??= (async () => {
        await Promise.all(subscriptions.map((subscription) => (link.isUp ? subscription.drain() : subscription.unsubscribe())));
        for (const id of ids.keys()) this.#tasks.delete(id);
        await this.#whenIdle();
      })());
    const served = { stop, [Symbol.asyncDispose]: stop, [INSPECT]: () => `serving ${[...ids.keys()].join(", ")}${stopped === undefined ? "" : ", stopped"}` };
    return served;
  }

  /** Control messages, and the timer that accepts calls. */
  async #listen(): Promise<void> {
    this.#isListening = true;
    const { link, warn } = this.#host;
    link.listen({ up: () => this.#sendUnsent() });
    const each = (work: (caller: string, numbers: unknown[]) => void) => (error: Error | null, { data }: Msg): void => {
      try {
        if (error !== null) throw error;
        const [caller, numbers] = decodeMessage(this.#host.space, KIND.calls, data, CALLS) as [string, unknown[]];
        work(caller, numbers);
      } catch (refusal) {
        warn(`a control message was refused: ${(refusal as Error).message}`);
      }
    };
    const of = (caller: string, numbers: unknown[]): ServedCall[] => numbers.map((number) => this.#calls.get(caller, Number(number))).filter((call) => call !== undefined);
    const beat = setInterval(() => {
      if (link.isUp) link.nc.publish(link.names.beat(link.options.node));
    }, link.options.beatMs);
    link.listen({ closed: () => clearInterval(beat) });
    await Promise.all([
      link.subscribe(link.names.control("cancel"), each((caller, numbers) => of(caller, numbers).forEach((call) => this.#cancel(call)))),
      link.subscribe(link.names.control("again"), each((caller, numbers) => of(caller, numbers).forEach((call) => this.#repeat(call)))),
    ]);
  }

  #asked(error: Error | null, message: Msg, id: string): void {
    const { space, warn, link } = this.#host;
    if (error !== null) return warn(error.message);
    const { reply } = message;
    if (reply === undefined || reply === "") return;
    let call: CallMessage | undefined;
    try {
      call = callOf(decodeMessage(space, KIND.call, message.data, CALL));
      if (call === undefined) throw new WarrenError("ERR_NET_MESSAGE", "its contexts are none of its arguments, or its key is none");
      if (call.id !== id) throw new WarrenError("ERR_NET_MESSAGE", `it asks for the task ${call.id}, and the subject is that of ${id}`);
    } catch (refusal) {
      warn(`a call of ${id} was refused: ${(refusal as Error).message}`);
      return this.#send(reply, encodeMessage(space, KIND.failure, [link.options.node, refusal], "a refusal"));
    }
    const { caller, number } = callerOf(reply);
    const known = call.key === undefined ? this.#calls.get(caller, number) : this.#calls.withKey(call.key);
    if (known !== undefined) {
      known.replies.add(reply);
      this.#calls.add(known, caller, number);
      return this.#repeat(known);
    }
    if (this.#running >= this.#limit && this.#waiting.length >= this.#mostWaiting) return this.#send(reply, this.#message(KIND.busy, undefined));
    const served: ServedCall = { message: call, names: [], replies: new Set([reply]), sinceMs: performance.now(), state: "waiting", isAccepted: false, answer: undefined, cancel: undefined };
    this.#calls.add(served, caller, number);
    this.#fresh.add(served);
    this.#timer ??= setInterval(() => this.#acceptOld(), ACCEPT_MS);
    if (this.#running < this.#limit) void this.#run(served);
    else this.#waiting.push(served);
  }

  async #run(call: ServedCall): Promise<void> {
    const { rt, link } = this.#host;
    const { id, args, contexts, timeoutMs, traceparent } = call.message;
    this.#running++;
    call.state = "running";
    const opened: Context[] = [];
    let answer: Uint8Array;
    try {
      const fn = this.#tasks.get(id);
      if (fn === undefined) throw new WarrenError("ERR_NO_NODE", `the node ${link.options.node} has stopped serving ${id}`, { task: id });
      if (contexts.length > 0) {
        // They are cancelled when the caller cancels its own, or no longer waits.
        const root = traceparent === undefined ? rt.context(undefined, { timeout: timeoutMs }) : rt.withValue(undefined, traceparentKey, traceparent);
        opened.push(root);
        call.cancel = (reason) => root.cancel(reason);
        for (const [place, leftMs] of contexts) {
          const context = rt.context(root, { timeout: Math.min(leftMs ?? Infinity, timeoutMs ?? Infinity) });
          opened.push(context);
          args[place] = context;
        }
      }
      answer = this.#message(KIND.result, await rt.spawn(fn, ...args));
    } catch (error) {
      answer = this.#failure(error);
    }
    for (const context of opened) context[Symbol.dispose]();
    this.#running--;
    this.#end(call, answer);
    this.#next();
  }

  #next(): void {
    for (;;) {
      const call = this.#running < this.#limit ? this.#waiting.shift() : undefined;
      if (call === undefined) break;
      // It may have been cancelled.
      if (call.state === "waiting") return void this.#run(call);
    }
    if (this.#running === 0) this.#idle?.();
  }

  #end(call: ServedCall, answer: Uint8Array): void {
    this.#fresh.delete(call);
    this.#calls.done(call, answer);
    for (const reply of call.replies) this.#send(reply, answer);
  }

  #cancel(call: ServedCall): void {
    const reason = new WarrenError("ERR_CANCELLED", "the caller has cancelled the call");
    if (call.state === "waiting") this.#end(call, this.#failure(reason));
    else call.cancel?.(reason);
  }

  /** Says again what is known of a call. */
  #repeat(call: ServedCall): void {
    if (call.answer !== undefined) {
      for (const reply of call.replies) this.#send(reply, call.answer);
      return;
    }
    this.#accept(call);
  }

  #accept(call: ServedCall): void {
    this.#fresh.delete(call);
    call.isAccepted = true;
    for (const reply of call.replies) this.#send(reply, this.#message(KIND.accepted, undefined));
  }

  #acceptOld(): void {
    const nowMs = performance.now();
    for (const call of this.#fresh) if (nowMs - call.sinceMs >= ACCEPT_MS) this.#accept(call);
    if (this.#fresh.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #message(kind: Kind, value: unknown): Uint8Array {
    return encodeMessage(this.#host.space, kind, [this.#host.link.options.node, value], "the result");
  }

  #failure(error: unknown): Uint8Array {
    try {
      const bytes = this.#message(KIND.failure, error);
      this.#host.link.checkSize(bytes.length, "the error");
      return bytes;
    } catch (refusal) {
      return this.#message(KIND.failure, refusal);
    }
  }

  #send(reply: string, bytes: Uint8Array): void {
    const { link, warn } = this.#host;
    try {
      link.publish(reply, bytes, "an answer");
    } catch (error) {
      const { code } = error as WarrenError;
      if (code === "ERR_NET_DOWN") this.#unsent.push(() => this.#send(reply, bytes));
      else if (code === "ERR_TOO_BIG") this.#send(reply, this.#failure(error));
      else warn(`an answer was not sent: ${(error as Error).message}`);
    }
  }

  #sendUnsent(): void {
    for (const send of this.#unsent.splice(0)) send();
  }

  /** When no call runs or waits. */
  #whenIdle(): Promise<void> {
    if (this.#running === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle = resolve;
    });
  }
}
