/**
 * Runs tasks for other nodes.
 *
 * Invariants: a call is answered once for each request of it, with a result, a failure,
 * or that the node is busy; at most `limit` calls run, and at most `waiting` wait, over
 * all tasks that the node serves. A call that takes long, or has to wait, is answered first
 * with "accepted", so that its caller knows the node and watches its signs of life.
 */
import type { Msg, Subscription } from "@nats-io/transport-node";
import { INSPECT, WarrenError } from "../../errors.ts";
import { afterMicrotasks, clearInterval, performance, setInterval, within } from "../../host.ts";
import type { Context } from "../../context/context.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { AnyFunction } from "../../runtime/module/task-function.ts";
import { Fifo } from "../../scheduler/fifo.ts";
import type { Space } from "../../wire/type.ts";
import type { Link } from "../link/link.ts";
import { checkCount, checkKeys } from "../link/options.ts";
import { KIND, type Kind, PART_BYTES, decodeMessage, encodeMessage, joinMessages } from "../link/message.ts";
import { type ServedCall, ServedCalls } from "./answers.ts";
import { idOf } from "./identity.ts";
import { type Asker, CALL, CALLS, type CallMessage, callOf, askerOf } from "./messages.ts";
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
  /** Calls of other nodes that run here, that wait to, and that have ended: of all tasks that this node serves. */
  counts(): { readonly running: number; readonly waiting: number; readonly done: number };
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

/** Answers of so many bytes go together at most. */
const MOST_TOGETHER = 65_536;

interface Answer {
  readonly asker: Asker;
  readonly bytes: Uint8Array;
}

export class Server {
  readonly #host: ServeHost;
  readonly #tasks = new Map<string, AnyFunction>();
  readonly #calls = new ServedCalls();
  readonly #waiting = new Fifo<ServedCall>();
  #limit = 64;
  #mostWaiting = 1024;
  #running = 0;
  #done = 0;
  #isLeaving = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Answers that could not be sent while there was no connection. */
  readonly #unsent: Answer[] = [];
  /** The answers of this turn, by caller. */
  #outbox = new Map<string, Answer[]>();
  #listening: Promise<void> | undefined;
  /** How many calls of each task run or wait. */
  readonly #live = new Map<AnyFunction, number>();
  /** Called when a call has ended. */
  readonly #ended = new Set<() => void>();

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

  get done(): number {
    return this.#done;
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
    for (const [id, fn] of ids) this.#tasks.set(id, fn);
    const subscriptions: Subscription[] = [];
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> =>
      (stopped ??= (async () => {
        await within(Promise.all(subscriptions.map((subscription) => (link.isUp ? subscription.drain() : subscription.unsubscribe()))), own.timeoutMs);
        for (const id of ids.keys()) this.#tasks.delete(id);
        await this.#whenIdle([...ids.values()]);
      })());
    try {
      await (this.#listening ??= this.#listen());
      for (const [id, fn] of ids) subscriptions.push(await link.subscribe(names.task(id, own.build), { queue: "warren", callback: (error, message) => this.#asked(error, message, id, fn) }));
    } catch (error) {
      await stop();
      throw error;
    }
    const counts = (): ReturnType<Serving["counts"]> => ({ running: this.#running, waiting: this.waiting, done: this.#done });
    const served = { counts, stop, [Symbol.asyncDispose]: stop, [INSPECT]: () => `serving ${[...ids.keys()].join(", ")}${stopped === undefined ? "" : ", stopped"}` };
    return served;
  }

  /** Control messages, and the timer that accepts calls. */
  async #listen(): Promise<void> {
    const { link, warn } = this.#host;
    link.listen({ up: () => this.#sendUnsent() });
    const each = (work: (caller: string, numbers: number[]) => void) => (error: Error | null, { data }: Msg): void => {
      try {
        if (error !== null) throw error;
        const [caller, numbers] = decodeMessage(this.#host.space, KIND.calls, data, CALLS) as [string, unknown[]];
        work(caller, numbers.map(Number));
      } catch (refusal) {
        warn(`a control message was refused: ${(refusal as Error).message}`);
      }
    };
    const forAll = (work: (call: ServedCall, caller: string, number: number) => void) => each((caller, numbers) => {
      for (const number of numbers) {
        const call = this.#calls.get(caller, number);
        if (call !== undefined) work(call, caller, number);
      }
    });
    const beat = setInterval(() => {
      if (link.isUp) link.nc.publish(link.names.beat(link.options.node));
    }, link.options.beatMs);
    link.listen({ closed: () => clearInterval(beat) });
    await Promise.all([
      link.subscribe(link.names.control("cancel"), { callback: forAll((call, caller, number) => this.#cancel(call, caller, number)) }),
      link.subscribe(link.names.control("again"), { callback: forAll((call) => this.#repeat(call)) }),
    ]);
  }

  #asked(error: Error | null, message: Msg, id: string, fn: AnyFunction): void {
    const { space, warn, link } = this.#host;
    if (error !== null) return warn(error.message);
    const { reply } = message;
    if (reply === undefined || reply === "") return;
    let call: CallMessage | undefined;
    try {
      call = callOf(id, decodeMessage(space, KIND.call, message.data, CALL));
      if (call === undefined) throw new WarrenError("ERR_NET_MESSAGE", "its fields are not those of a call");
    } catch (refusal) {
      warn(`a call of ${id} was refused: ${(refusal as Error).message}`);
      return this.#send(askerOf(reply), encodeMessage(space, KIND.failure, [link.options.node, refusal], "a refusal"));
    }
    const asker = askerOf(reply);
    this.#calls.got(asker.caller, call.oldest);
    const known = call.key === undefined ? this.#calls.get(asker.caller, asker.number) : this.#calls.withKey(id, call.key);
    if (known !== undefined) {
      this.#calls.add(known, asker);
      return this.#repeat(known);
    }
    if (this.#isLeaving || (this.#running >= this.#limit && this.#waiting.length >= this.#mostWaiting)) return this.#send(asker, this.#message(KIND.busy, undefined));
    const served: ServedCall = { message: call, fn, askers: [], cancelled: new Set(), sinceMs: performance.now(), state: "waiting", isAccepted: false, answer: undefined, cancel: undefined };
    this.#calls.add(served, asker);
    this.#live.set(fn, (this.#live.get(fn) ?? 0) + 1);
    this.#timer ??= setInterval(() => this.#acceptOld(), ACCEPT_MS);
    if (this.#running < this.#limit) void this.#run(served);
    else this.#waiting.push(served);
  }

  async #run(call: ServedCall): Promise<void> {
    const { rt } = this.#host;
    const { args, contexts, timeoutMs, traceparent } = call.message;
    this.#running++;
    call.state = "running";
    const opened: Context[] = [];
    let answer: Uint8Array;
    try {
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
      answer = this.#message(KIND.result, await rt.spawn(call.fn, ...args));
    } catch (error) {
      this.#calls.forgetKey(call);
      answer = this.#failure(error);
    }
    call.cancel = undefined;
    for (const context of opened) context[Symbol.dispose]();
    this.#running--;
    this.#done++;
    this.#end(call, answer);
    this.#next();
  }

  #next(): void {
    for (;;) {
      const call = this.#running < this.#limit ? this.#waiting.shift() : undefined;
      if (call === undefined) return;
      // It may have been cancelled.
      if (call.state === "waiting") return void this.#run(call);
    }
  }

  #end(call: ServedCall, answer: Uint8Array): void {
    if (call.state === "done") return;
    this.#calls.done(call, answer);
    this.#live.set(call.fn, (this.#live.get(call.fn) ?? 1) - 1);
    for (const asker of call.askers) this.#send(asker, answer);
    for (const ended of this.#ended) ended();
  }

  /** One asker has cancelled: the call is, when all have. */
  #cancel(call: ServedCall, caller: string, number: number): void {
    for (const asker of call.askers) if (asker.caller === caller && asker.number === number) call.cancelled.add(asker);
    if (call.state === "done" || call.askers.some((asker) => !call.cancelled.has(asker))) return;
    const reason = new WarrenError("ERR_CANCELLED", "the caller has cancelled the call");
    // What cannot be cancelled runs to its end, and its result stands for the key.
    if (call.state === "waiting" || call.cancel !== undefined) this.#calls.forgetKey(call);
    if (call.state === "waiting") this.#end(call, this.#failure(reason));
    else call.cancel?.(reason);
  }

  /** Says again what is known of a call. */
  #repeat(call: ServedCall): void {
    if (call.answer !== undefined) {
      for (const asker of call.askers) this.#send(asker, call.answer);
      return;
    }
    this.#accept(call);
  }

  #accept(call: ServedCall): void {
    call.isAccepted = true;
    for (const asker of call.askers) this.#send(asker, this.#message(KIND.accepted, undefined));
  }

  #acceptOld(): void {
    const nowMs = performance.now();
    for (const call of this.#calls.live) if (!call.isAccepted && nowMs - call.sinceMs >= ACCEPT_MS) this.#accept(call);
    if (this.#calls.live.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #message(kind: Kind, value: unknown): Uint8Array {
    return encodeMessage(this.#host.space, kind, [kind === KIND.result ? undefined : this.#host.link.options.node, value], "the result");
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

  /** Sends an answer with the others of this turn. */
  #send(asker: Asker, bytes: Uint8Array): void {
    let answers = this.#outbox.get(asker.caller);
    if (answers === undefined) {
      if (this.#outbox.size === 0) afterMicrotasks(() => this.#sendAll());
      this.#outbox.set(asker.caller, (answers = []));
    }
    answers.push({ asker, bytes });
  }

  /** One message for each caller: what the server and the caller do for a message costs more than an answer. */
  #sendAll(): void {
    const mostBytes = Math.min(MOST_TOGETHER, this.#host.link.mostBytes / 2);
    // What is too large for the server becomes a failure, which is sent after these.
    const outbox = this.#outbox;
    this.#outbox = new Map();
    for (const answers of outbox.values()) {
      let together: Answer[] = [];
      let byteLength = 0;
      for (const answer of answers) {
        byteLength += answer.bytes.length + PART_BYTES;
        if (byteLength > mostBytes && together.length > 0) {
          this.#sendTogether(together);
          together = [];
          byteLength = answer.bytes.length + PART_BYTES;
        }
        together.push(answer);
      }
      this.#sendTogether(together);
    }
  }

  #sendTogether(answers: readonly Answer[]): void {
    const { link, warn } = this.#host;
    const [{ asker, bytes }] = answers as readonly [Answer];
    try {
      if (answers.length === 1) link.publish(asker.reply, bytes, "an answer");
      else link.publish(asker.reply, joinMessages(answers.map((answer) => ({ number: answer.asker.number, bytes: answer.bytes }))), "an answer");
    } catch (error) {
      const { code } = error as WarrenError;
      if (code === "ERR_NET_DOWN") this.#unsent.push(...answers);
      else if (code === "ERR_TOO_BIG") this.#send(asker, this.#failure(error));
      else if (code !== "ERR_NET_CLOSED") warn(`an answer was not sent: ${(error as Error).message}`);
    }
  }

  #sendUnsent(): void {
    for (const { asker, bytes } of this.#unsent.splice(0)) this.#send(asker, bytes);
  }

  /** The connection is about to be closed: the callers learn now what has become of their calls, and not when they miss signs of life. */
  leave(): void {
    this.#isLeaving = true;
    const { node } = this.#host.link.options;
    for (const call of this.#calls.live) {
      const answer = call.state === "waiting" ? this.#message(KIND.busy, undefined) : this.#failure(new WarrenError("ERR_NODE_LOST", `the node ${node} was closed while the task ${call.message.id} ran`, { task: call.message.id, node, mayHaveRun: true }));
      this.#end(call, answer);
    }
    this.#sendAll();
  }

  /** When no call of these tasks runs or waits. */
  async #whenIdle(tasks: readonly AnyFunction[]): Promise<void> {
    while (tasks.some((fn) => (this.#live.get(fn) ?? 0) > 0)) {
      await new Promise<void>((resolve) => {
        const ended = (): void => {
          this.#ended.delete(ended);
          resolve();
        };
        this.#ended.add(ended);
      });
    }
    for (const fn of tasks) this.#live.delete(fn);
  }
}
