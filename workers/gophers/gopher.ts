/**
 * A gopher: the steps of a cartload, and the gopher's own statistics.
 *
 * The roles in `crew.ts` differ in which steps they do and to which gopher they pass
 * the cart; they share the steps. A leg begins at a pile or a staging pile, and ends at
 * an incinerator or a staging pile; the gopher's code is the same.
 *
 * A trace has a mark where a step of a cart begins, and `done` where it ends, before the
 * cart is passed on. So at every moment each book is on a pile, in a cart, on a staging
 * pile or burnt.
 */
import { threadId } from "node:worker_threads";
import { mark, type Chan, type Receiver, type Sender } from "../../src/index.ts";
import { Books, type BookMemory, type Goods } from "./books.ts";
import type { FileMemory } from "./catalogue.ts";
import { Files } from "./files.ts";
import { Labour, type LabourOptions, type Pauses } from "./labour.ts";
import type { Problem } from "./pile.ts";
import { Carts, type YardMemory } from "./yard.ts";

/** Stands for a cart in the marks of a walk. */
const NO_CART = -1;

/** What the steps of a leg cost, in units. */
export interface LegSteps {
  readonly load: number;
  readonly move: number;
  readonly unload: number;
  readonly back: number;
  readonly walk: number;
}

/** What a gopher needs to know, as a task argument. */
export interface Post {
  /** The gopher's number, from 1. */
  readonly gopher: number;
  readonly lane: number;
  readonly steps: LegSteps;
  readonly labour: LabourOptions;
  readonly pauses: Pauses | null;
  readonly yard: YardMemory;
  readonly goods: BookMemory | FileMemory;
  /** The staging pile from which it loads; null: the pile. */
  readonly source: Receiver<Uint8Array> | null;
  /** The staging pile to which it unloads; null: the incinerator. */
  readonly sink: Sender<Uint8Array> | null;
  /** Where it reports that it has started. The gate opens when it is closed. */
  readonly present: Sender<number>;
  readonly gate: Chan<number>;
  /** Zero of all times, in ns of `process.hrtime`: one clock for all threads. */
  readonly epochNs: number;
}

/** A gopher's report at the end. Times in ns from the epoch. */
export interface Report {
  readonly gopher: number;
  /** Node's number of the thread on which it ran. */
  readonly thread: number;
  readonly loaded: number;
  readonly burnt: number;
  /** When it burnt its first cartload and its last; 0 if none. */
  readonly firstBurnNs: number;
  readonly lastBurnNs: number;
  /** Sums over the carts whose use it began, and whose use it ended. */
  readonly begun: number;
  readonly begunSumNs: number;
  readonly ended: number;
  readonly endedSumNs: number;
  readonly leftNs: number;
  /** Carts that it put down at the end. */
  readonly parked: readonly number[];
  readonly mistakes: readonly string[];
  readonly problems: readonly Problem[];
  readonly ash: number;
}

/** A gopher at work. */
export class Gopher {
  readonly #post: Post;
  readonly #epochNs: bigint;
  readonly #labour: Labour;
  readonly #carts: Carts;
  readonly #goods: Goods;
  readonly #mistakes: string[] = [];
  readonly #problems: Problem[] = [];
  readonly #parked: number[] = [];
  readonly #count = { loaded: 0, burnt: 0, firstBurnNs: 0, lastBurnNs: 0, begun: 0, begunSumNs: 0, ended: 0, endedSumNs: 0 };

  private constructor(post: Post) {
    this.#post = post;
    this.#epochNs = BigInt(post.epochNs);
    this.#labour = new Labour(post.labour);
    this.#carts = new Carts(post.yard, post.gopher, this.#mistakes);
    this.#goods =
      post.goods.kind === "books"
        ? new Books(post.goods, post.lane)
        : new Files(post.goods, post.lane, this.#problems, this.#mistakes);
  }

  /** Reports that it has started, and waits until the gate opens. */
  static async arrive(post: Post): Promise<Gopher> {
    const gopher = new Gopher(post);
    mark("gopher", post.gopher);
    await post.present.send(post.gopher);
    await post.gate.recv();
    return gopher;
  }

  /** Takes a cart. */
  take(cart: number): void {
    this.#carts.take(cart);
  }

  /** Releases a cart. Send the returned number to the next gopher. */
  pass(cart: number): number {
    return this.#carts.pass(cart);
  }

  /** Puts a cart down at the end. */
  park(cart: number): void {
    this.#endUse(cart);
    this.#parked.push(this.#carts.pass(cart));
  }

  /** **L** (or D): loads the cart from the pile or the staging pile. False: nothing is left. */
  async load(cart: number): Promise<boolean> {
    const { source, steps, pauses } = this.#post;
    const startNs = this.#now();
    const room = this.#carts.room(cart);
    const byteLength = source ? await takeFrom(source, room) : await this.#goods.load(room);
    if (byteLength === 0) return false;
    mark("load", cart);
    if (!source && pauses?.at === "pile") await this.#labour.pause(pauses);
    await this.#labour.do(steps.load);
    this.#carts.begin(cart, byteLength, startNs);
    this.#count.begun += 1;
    this.#count.begunSumNs += startNs;
    if (!source) this.#count.loaded += 1;
    mark("done", cart);
    return true;
  }

  /** **M**: moves the full cart to the other end. */
  async move(cart: number): Promise<void> {
    mark("carry", cart);
    this.#goods.move(this.#carts.load(cart));
    await this.#labour.do(this.#post.steps.move);
    mark("done", cart);
  }

  /** **U** (or D): unloads the cart and burns the books, or puts them on the staging pile. */
  async unload(cart: number): Promise<void> {
    const { sink, steps, pauses } = this.#post;
    mark(sink ? "unload" : "burn", cart);
    if (!sink && pauses?.at === "incinerator") await this.#labour.pause(pauses);
    await this.#labour.do(steps.unload);
    if (sink) {
      // The load lies on the staging pile from now on, also if the pile is full and the gopher waits beside it.
      mark("done", cart);
      await sink.send(this.#carts.load(cart));
    } else {
      this.#count.burnt += this.#goods.burn(this.#carts.load(cart));
      this.#count.lastBurnNs = this.#now();
      this.#count.firstBurnNs ||= this.#count.lastBurnNs;
      mark("done", cart);
    }
  }

  /** **R**: brings the empty cart back. */
  async bringBack(cart: number): Promise<void> {
    mark("return", cart);
    await this.#labour.do(this.#post.steps.back);
    this.#endUse(cart);
    mark("done", cart);
  }

  /** **W**: walks back without a cart. */
  async walk(): Promise<void> {
    const { walk } = this.#post.steps;
    if (walk === 0) return;
    mark("walk", NO_CART);
    await this.#labour.do(walk);
    mark("done", NO_CART);
  }

  /** No more books will arrive: closes the staging pile to which it unloads. */
  finish(): void {
    this.#post.sink?.close();
  }

  /** Ends: releases what it holds and returns its report. */
  async leave(): Promise<Report> {
    await this.#goods.close();
    return {
      gopher: this.#post.gopher,
      thread: threadId,
      ...this.#count,
      leftNs: this.#now(),
      parked: this.#parked,
      mistakes: this.#mistakes,
      problems: this.#problems,
      ash: this.#labour.ash,
    };
  }

  #endUse(cart: number): void {
    const nowNs = this.#now();
    if (!this.#carts.end(cart, nowNs)) return;
    this.#count.ended += 1;
    this.#count.endedSumNs += nowNs;
  }

  #now(): number {
    return Number(process.hrtime.bigint() - this.#epochNs);
  }
}

/** Takes a cartload from a staging pile into a cart; 0 when the staging pile is closed and empty. */
async function takeFrom(dump: Receiver<Uint8Array>, room: Uint8Array): Promise<number> {
  const load = await dump.recv();
  if (load === undefined) return 0;
  room.set(load);
  return load.byteLength;
}
