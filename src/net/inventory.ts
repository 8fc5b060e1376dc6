/** What the servers know of programs: their queues, and which programs there are. Needs no runtime. */
import type { ConsumerInfo, StreamInfo } from "@nats-io/jetstream";
import { WarrenError } from "../errors.ts";
import { setTimeout } from "../host.ts";
import { emitWarning } from "../runtime/thread/lines.ts";
import { Link } from "./link/link.ts";
import { type JoinOptions, resolveJoin } from "./link/options.ts";
import { refusalOf } from "./link/refusals.ts";
import { CONSUMER, JS, codeOf, readDescription } from "./queue/stream.ts";

/** A queue as the server has it. */
export interface QueueReport {
  readonly queue: string;
  /** The name of the type of its values. */
  readonly type: string;
  /** Values in it, those in the hand of nodes included. */
  readonly values: number;
  readonly inHand: number;
  readonly capacity: number;
  readonly bytes: number;
  readonly leaseMs: number;
  /** Values that are in its queue of dead letters. */
  readonly dead: number;
  /** Nodes that ask for values now. */
  readonly asking: number;
}

/** A server. */
export interface ServerReport {
  readonly version: string;
  readonly jetstream: boolean;
  readonly maxPayload: number;
}

/** A node gives a sign of life every two seconds, unless its program has asked for another time. */
const BEAT_MS = 2200;
const DEAD = ".dead";
/** What the streams of all programs begin with. */
const STREAM = /^warren=([\w-]+)=/;

export class Inventory implements AsyncDisposable {
  readonly #link: Link;

  private constructor(link: Link) {
    this.#link = link;
  }

  /** @throws as `join` */
  static async open(options: JoinOptions): Promise<Inventory> {
    return new Inventory(await Link.open(resolveJoin(options), (text) => emitWarning(`warren/net: ${text}`, "WARREN_NET", undefined)));
  }

  get server(): ServerReport {
    const { info } = this.#link.nc;
    return { version: info?.version ?? "unknown", jetstream: info?.jetstream === true, maxPayload: this.#link.mostBytes };
  }

  /** Programs that have a queue, or of which a node gives a sign of life: their names, sorted. Takes two seconds. @throws ERR_NET_REFUSED, ERR_NET_SERVER, ERR_NET_DOWN */
  async programs(): Promise<string[]> {
    const names = new Set<string>();
    const beats = await this.#link.subscribe("warren.*.beat.*", { callback: (error, { subject }) => {
      if (error === null) names.add(subject.split(".")[1] as string);
    } });
    try {
      const lasting = new Promise<void>((resolve) => {
        setTimeout(resolve, BEAT_MS);
      });
      for (const { config } of await this.#streams()) {
        const name = STREAM.exec(config.name)?.[1];
        if (name !== undefined) names.add(name);
      }
      await lasting;
      return [...names].toSorted();
    } finally {
      beats.unsubscribe();
    }
  }

  /** The queues of the program. @throws ERR_NET_REFUSED, ERR_NET_SERVER, ERR_NET_DOWN */
  async queues(): Promise<QueueReport[]> {
    const { names } = this.#link;
    const streams = new Map((await this.#streams()).flatMap((info) => {
      const queue = names.queueOf(info.config.name);
      return queue === undefined ? [] : [[queue, info] as const];
    }));
    const jsm = await this.#link.manager();
    return Promise.all([...streams].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(async ([queue, { config, state }]) => {
      const consumer = await jsm.consumers.info(config.name, CONSUMER).catch((error: unknown): ConsumerInfo | undefined => {
        // It is made a moment after the stream, and both can be deleted.
        if (codeOf(error) === JS.consumerNotFound || codeOf(error) === JS.streamNotFound) return undefined;
        throw error;
      });
      return {
        queue,
        type: readDescription(config.description)?.type ?? "unknown",
        values: state.messages,
        inHand: consumer?.num_ack_pending ?? 0,
        capacity: config.max_msgs,
        bytes: state.bytes,
        leaseMs: (consumer?.config.ack_wait ?? 0) / 1e6,
        dead: streams.get(`${queue}${DEAD}`)?.state.messages ?? 0,
        asking: consumer?.num_waiting ?? 0,
      };
    }));
  }

  /** All streams that this user can see; none where the server has no JetStream. */
  async #streams(): Promise<StreamInfo[]> {
    if (!this.server.jetstream) return [];
    const jsm = await this.#link.manager();
    const found: StreamInfo[] = [];
    try {
      for await (const info of jsm.streams.list()) found.push(info);
      return found;
    } catch (error) {
      const operation = "list the streams ($JS.API.STREAM.LIST)";
      throw refusalOf(error, operation) ?? new WarrenError("ERR_NET_SERVER", `the server cannot ${operation}: ${(error as Error).message}`, { operation }, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link.close();
  }
}
