/**
 * Joins a program of several machines: queues, remote tasks and feeds over NATS.
 *
 * What is remote looks remote. Nothing here is a channel between machines: a channel
 * also synchronises, which a network cannot promise (Go's netchan was removed for that,
 * golang/go#31575). What comes from the network comes through local channels, so select,
 * contexts and loops work on it.
 */
import { INSPECT, WarrenError, printValue } from "../errors.ts";
import { inRoot, performance, within } from "../host.ts";
import { isShared } from "../context/values.ts";
import { isTaskThread } from "../runtime/module/module-ref.ts";
import { isRuntime } from "../runtime/open.ts";
import type { OpenRuntime, Runtime } from "../runtime/runtime.ts";
import { emitWarning } from "../runtime/thread/lines.ts";
import { portableSpace } from "./link/portable.ts";
import type { Space, Type } from "../wire/type.ts";
import { type Feed, NetFeed } from "./feed/feed.ts";
import { Link } from "./link/link.ts";
import { checkName } from "./link/names.ts";
import { type JoinOptions, checkKeys, checkMs, checkTraceparent, resolveJoin } from "./link/options.ts";
import { Typed } from "./link/typed.ts";
import { Waits } from "./link/waits.ts";
import { type QueueOptions, resolveQueue } from "./queue/options.ts";
import { NetQueue, type Queue } from "./queue/queue.ts";
import { Calls } from "./tasks/calls.ts";
import type { RemoteSpawn } from "./tasks/remote-spawn.ts";
import { type NodeReport, Nodes } from "./tasks/nodes.ts";
import { type ServeOptions, Server, type Serving } from "./tasks/serve.ts";

/** Options of `close`. */
export interface CloseOptions {
  /** For so long, in milliseconds, calls of other nodes that run here may go on to their end, and deliveries may be settled. 0 by default. */
  readonly drainMs?: number | undefined;
}

/** A connection to the other nodes of a program. */
export interface Net extends AsyncDisposable {
  /** The program's name. */
  readonly name: string;
  /** The name of this node. */
  readonly node: string;
  /** Whether there is a connection now. It comes back by itself. */
  readonly isUp: boolean;
  /**
   * Opens the durable queue `name` of values of `type`, and makes it if it is not there.
   * @param name of letters, digits, "_" and "-", in parts with "." between them; all nodes that open it share the queue
   * @param type all nodes must give the same; no channels are in it
   * @throws ERR_INVALID_ARGUMENT, ERR_NOT_TRANSFERABLE, ERR_QUEUE_CONFLICT, ERR_NET_SERVER, ERR_NET_REFUSED, ERR_NET_DOWN, ERR_NET_CLOSED
   */
  queue<T>(name: string, type: Type<T>, options?: QueueOptions): Promise<Queue<T>>;
  /**
   * Runs `tasks` for other nodes, on the threads of this runtime, until it is stopped.
   * @throws ERR_INVALID_ARGUMENT, ERR_NET_REFUSED, ERR_NET_DOWN, ERR_NET_CLOSED
   */
  // oxlint-disable-next-line no-explicit-any -- any parameter list
  serve(tasks: readonly ((...args: any[]) => unknown)[], options?: ServeOptions): Promise<Serving>;
  /** Starts a task on a node that serves it. */
  readonly spawn: RemoteSpawn;
  /** The feed `name` of live values of `type`. Nothing is sent until it is used. @throws ERR_INVALID_ARGUMENT, ERR_NOT_TRANSFERABLE */
  feed<T>(name: string, type: Type<T>): Feed<T>;
  /** All nodes that have joined, this one included, and what they do. @throws ERR_NET_DOWN, ERR_NET_CLOSED */
  nodes(): Promise<NodeReport[]>;
  /** What the runtime of each node does, as text. @throws ERR_NET_DOWN, ERR_NET_CLOSED */
  dumps(): Promise<{ readonly node: string; readonly text: string }[]>;
  /**
   * Takes nothing more from other nodes, gives back deliveries that were not received, and
   * closes the connection. Calls that wait for other nodes fail with ERR_NET_CLOSED.
   * @throws ERR_INVALID_ARGUMENT
   */
  close(options?: CloseOptions): Promise<void>;
}

/** To give deliveries back takes a few round trips; a server that does not answer is not awaited longer. */
const GIVEN_BACK_MS = 1000;
/** Connections are checked so often while they drain. */
const LOOK_MS = 20;
/** So many warnings in so long, at most. */
const MOST_WARNINGS = 20;
const WARNINGS_MS = 10_000;

/**
 * Connects a runtime to the other nodes of a program by a NATS server. Needs the packages
 * `@nats-io/transport-node` and `@nats-io/jetstream`. The connection belongs to the main
 * thread. It keeps the process alive until it is closed: `await using net = await join(rt, { name: "shop" })`.
 *
 * @param rt made by `start`
 * @throws ERR_INVALID_ARGUMENT, ERR_NET_INSECURE, ERR_NET_MISSING, ERR_NET_UNREACHABLE, ERR_NET_REFUSED, ERR_NET_SERVER, ERR_NET_DOWN, ERR_RUNTIME_STOPPED
 */
export async function join(rt: Runtime, options: JoinOptions): Promise<Net> {
  if (isTaskThread()) throw new WarrenError("ERR_INVALID_ARGUMENT", "join was called on a thread of a runtime: the connection belongs to the main thread, with a runtime made by start(). Tasks reach it by local channels");
  if (!isRuntime(rt)) throw new WarrenError("ERR_INVALID_ARGUMENT", `join needs a runtime made by start(), not ${printValue(rt)}`);
  const resolved = resolveJoin(options);
  const { traceparent = () => undefined } = options;
  if (typeof traceparent !== "function") throw new WarrenError("ERR_INVALID_ARGUMENT", `the option traceparent of join must be a function, not ${printValue(traceparent)}`);
  rt.side.waiters.checkOpen();
  // In the root context: messages that come belong to no request of this process.
  return inRoot(async () => {
    const warn = warner();
    const link = await Link.open(resolved, warn);
    const net = new OpenNet(rt, link, traceparent, warn);
    try {
      await net.open();
    } catch (error) {
      await net.close();
      throw error;
    }
    return net;
  });
}

/** Emits warnings; of many at a time the first, so that nobody can fill a log from outside. */
function warner(): (text: string) => void {
  let sinceMs = -Infinity;
  let count = 0;
  return (text) => {
    const nowMs = performance.now();
    if (nowMs - sinceMs > WARNINGS_MS) [sinceMs, count] = [nowMs, 0];
    count++;
    if (count <= MOST_WARNINGS) emitWarning(`warren/net: ${text}${count === MOST_WARNINGS ? ` (more warnings of these ${WARNINGS_MS / 1000} s are left out)` : ""}`, "WARREN_NET", undefined);
  };
}

interface Fed {
  readonly inHand?: number;
  stop(): Promise<void>;
}

class OpenNet implements Net {
  readonly #warn: (text: string) => void;
  readonly #rt: OpenRuntime;
  readonly #link: Link;
  readonly #waits = new Waits();
  readonly #space: Space;
  readonly #server: Server;
  readonly #calls: Calls;
  readonly #nodes: Nodes;
  readonly #startMs = performance.now();
  readonly spawn: RemoteSpawn;
  /** Local channels that the connection feeds. */
  readonly #opened = new Set<Fed>();
  readonly #servings = new Set<Serving>();
  /** What the server does not let this program publish, as far as it has been warned of. */
  readonly #refused = new Set<string>();
  readonly #traceparent: () => string | undefined;
  readonly #detach: () => void;
  #isDraining = false;
  #closing: Promise<void> | undefined;

  constructor(rt: OpenRuntime, link: Link, traceparent: () => string | undefined, warn: (text: string) => void) {
    this.#warn = warn;
    this.#rt = rt;
    this.#link = link;
    this.#space = portableSpace(rt.arena, isShared);
    this.#traceparent = () => {
      const own = traceparent();
      checkTraceparent(own);
      return own;
    };
    const parts = { link, space: this.#space, rt, warn };
    this.#server = new Server(parts);
    this.#nodes = new Nodes({ ...parts, report: () => this.#report() });
    this.#calls = new Calls({ ...parts, waits: this.#waits, nodes: this.#nodes, traceparent: this.#traceparent });
    this.spawn = this.#calls.spawn;
    link.listen({ refused: (error, subject) => this.#warnOfRefusal(error, subject) });
    this.#detach = rt.attach({ waits: () => this.#waits.list(), stopped: () => void this.close() });
  }

  /** Subscribes. @throws ERR_NET_REFUSED */
  async open(): Promise<void> {
    await Promise.all([this.#calls.open(), this.#nodes.open()]);
  }

  /** Once for each kind of subject: the parts after the third are names that are made. */
  #warnOfRefusal(error: WarrenError, subject: string): void {
    const kind = subject.split(".", 3).join(".");
    if (!this.#refused.has(kind)) this.#warn(error.message);
    this.#refused.add(kind);
  }
  readonly #note = (fed: Fed): (() => void) => {
    this.#opened.add(fed);
    return () => this.#opened.delete(fed);
  };

  get name(): string {
    return this.#link.options.name;
  }

  get node(): string {
    return this.#link.options.node;
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  #report(): NodeReport {
    const { node, build } = this.#link.options;
    const { tasks, running, waiting, done } = this.#server;
    return { node, build, pid: process.pid, threads: this.#rt.threads, upMs: Math.round(performance.now() - this.#startMs), tasks, running, waiting, done, waits: this.#waits.list(), isDraining: this.#isDraining };
  }

  async queue<T>(name: string, type: Type<T>, options: QueueOptions = {}): Promise<Queue<T>> {
    checkName("the name of a queue", name, true);
    const resolved = resolveQueue(name, options);
    const typed = new Typed(this.#space, type, `the queue ${name}`);
    this.#link.checkOpen();
    return NetQueue.open({ link: this.#link, space: this.#space, waiters: this.#rt.side.waiters, waits: this.#waits, traceparent: this.#traceparent, warn: this.#warn, opened: this.#note }, name, typed, resolved);
  }

  async serve(tasks: unknown, options: ServeOptions = {}): Promise<Serving> {
    this.#link.checkOpen();
    const serving = await this.#server.serve(tasks, options);
    this.#servings.add(serving);
    return serving;
  }

  feed<T>(name: string, type: Type<T>): Feed<T> {
    checkName("the name of a feed", name, true);
    const typed = new Typed(this.#space, type, `the feed ${name}`);
    return new NetFeed({ link: this.#link, space: this.#space, waiters: this.#rt.side.waiters, warn: this.#warn, opened: this.#note }, name, typed, type);
  }

  nodes(): Promise<NodeReport[]> {
    return this.#nodes.ask();
  }

  dumps(): Promise<{ readonly node: string; readonly text: string }[]> {
    return this.#nodes.dumps();
  }

  async close(options: CloseOptions = {}): Promise<void> {
    checkKeys("close", options, ["drainMs"]);
    const { drainMs = 0 } = options;
    if (drainMs !== 0) checkMs("drainMs of close", drainMs, 0);
    await (this.#closing ??= this.#close(drainMs));
  }

  async #close(drainMs: number): Promise<void> {
    this.#isDraining = true;
    const untilMs = performance.now() + drainMs;
    const served = Promise.all([...this.#servings].map((serving) => serving.stop()));
    await within(Promise.all([...this.#opened].map((fed) => fed.stop())), Math.max(drainMs, GIVEN_BACK_MS));
    if (drainMs > 0) {
      await within(served, untilMs - performance.now());
      while (performance.now() < untilMs && [...this.#opened].some(({ inHand = 0 }) => inHand > 0)) await within(new Promise(() => undefined), LOOK_MS);
    }
    this.#server.leave();
    this.#detach();
    await this.#link.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  [INSPECT](): string {
    return `program ${this.name}, node ${this.node}, ${this.#closing !== undefined ? "closed" : this.isUp ? "connected" : "no connection"}`;
  }
}
