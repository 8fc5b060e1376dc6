/**
 * One schedule's world: the arena's image restored, threads with their side of
 * it, channels and what they must obey at the end.
 */
import { openChannel, makeChannel } from "../../../src/channel/make-channel.ts";
import type { Channel } from "../../../src/channel/channel.ts";
import { RECEIVERS, SENDERS } from "../../../src/channel/words.ts";
import { Arena } from "../../../src/memory/arena.ts";
import { load, store } from "../../../src/memory/atomics.ts";
import { centralOf, entryOf } from "../../../src/memory/central.ts";
import { central, header, pageEntry, processor, superblock } from "../../../src/memory/layout.ts";
import { CLASS_WORDS, INSIDE, blocksIn, linkOf } from "../../../src/memory/size-classes.ts";
import type { Type } from "../../../src/wire/type.ts";
import { queueLength } from "../../../src/wait/wait-queue.ts";
import { Timers } from "../../../src/wait/timers.ts";
import { REASON_PLACE } from "../../../src/wait/wait-reason.ts";
import { Waiters } from "../../../src/wait/waiter.ts";
import { balanceSleepers } from "../../../src/wait/doorbell.ts";
import { repairAfter } from "../../../src/runtime/main/repair-shared-memory.ts";
import { Thread, as, dead, tell } from "../machine.ts";
import { blockUntil } from "../seam.ts";
import { Loop, type LoopOptions } from "./loop.ts";

/** States a fact of a scenario. */
export function expect(fact: boolean, text: string): void {
  if (!fact) throw new Error(text);
}

export function expectSame(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${what}: ${is}, should be ${should}`);
}

/** The count of those asleep is what the marks say. */
export function checkSleepers(world: World): void {
  const { i32, threads } = world.arenas[0];
  const asleep = world.arenas.filter(({ here }) => i32[here + processor.state] !== 0).length;
  expect(i32[superblock.sleepers] === asleep && asleep <= threads, `${i32[superblock.sleepers]} sleep by their count, ${asleep} by their marks`);
}

/** A step that changes nothing: other threads may go on here. */
export function step(world: World): void {
  load(world.arenas[0].i32, superblock.words);
}

/** Raises a flag that other threads see as a step of theirs: what one does before another, in every order. */
export function raise(world: World): void {
  store(world.arenas[0].i32, superblock.taskIds, 1);
}

export function isRaised(world: World): boolean {
  return load(world.arenas[0].i32, superblock.taskIds) !== 0;
}

/** The code of a warren error, or the text of another. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

/** Sends values until the channel is closed; notes those that were sent. */
export async function sendAll(channel: Channel<number>, values: readonly number[], sent: number[]): Promise<void> {
  try {
    for (const value of values) {
      await channel.send(value);
      sent.push(value);
    }
  } catch (error) {
    expect(codeOf(error) === "ERR_CHANNEL_CLOSED", `a send failed with ${codeOf(error)}`);
  }
}

export async function receiveAll(channel: Channel<number>, received: number[]): Promise<void> {
  for (let value = await channel.recv(); value !== undefined; value = await channel.recv()) received.push(value);
}

/** Closes it unless another does. */
export function closeOnce(channel: Channel<number>): void {
  try {
    channel.close();
  } catch (error) {
    expect(codeOf(error) === "ERR_CHANNEL_CLOSED", `close failed with ${codeOf(error)}`);
  }
}

/** A signal of one thread. */
export class Signal {
  aborted = false;
  readonly reason = "cancelled";
  readonly #listeners: (() => void)[] = [];

  addEventListener(_type: string, listener: () => void): void {
    this.#listeners.push(listener);
  }

  removeEventListener(_type: string, listener: () => void): void {
    const at = this.#listeners.indexOf(listener);
    if (at >= 0) this.#listeners.splice(at, 1);
  }

  abort(): void {
    this.aborted = true;
    for (const listener of this.#listeners.splice(0)) listener();
  }

  /** As an option of an operation. */
  get option(): { signal: AbortSignal } {
    return { signal: this as unknown as AbortSignal };
  }
}

/** A channel as each thread sees it. */
export interface Conduit<T> {
  readonly header: number;
  readonly generation: number;
  on(index: number): Channel<T>;
}

export class World {
  readonly arenas: Arena[];
  readonly loops: Loop[];
  readonly threads: Thread[] = [];
  readonly #conduits: Conduit<unknown>[] = [];
  /** Words in use before the scenario made anything. */
  #usedBefore = 0;
  /** What stays in use: records of waits, which are kept for the next. */
  #check: () => void = () => undefined;

  /** @param memory holds an arena for `count` threads and main, which is there if one of them may vanish */
  constructor(memory: ArrayBuffer, count: number, options: LoopOptions & { readonly victims: readonly number[] }) {
    const { victims } = options;
    this.arenas = arenasOf(memory, count + (victims.length > 0 ? 1 : 0));
    this.loops = this.arenas.map((arena) => new Loop(arena, options));
    for (const loop of this.loops) {
      const { arena } = loop;
      loop.waiters = new Waiters(arena, loop, new Timers(() => undefined), NO_HANDLES);
      const thread = new Thread(arena.index, arena.index === count ? "main" : `T${arena.index}`, () => loop.run());
      thread.isVictim = victims.includes(arena.index);
      thread.isService = arena.index === count;
      loop.thread = thread;
      this.threads.push(thread);
      // A record for each wait that its tasks may have at a time: made before, so that none stays in use.
      const first = loop.waiters.acquire(REASON_PLACE.yield, NOBODY);
      loop.waiters.release(loop.waiters.acquire(REASON_PLACE.yield, NOBODY));
      loop.waiters.release(first);
    }
    this.#usedBefore = this.#used();
  }

  #used(): number {
    let used = 0;
    for (const { i32, here } of this.arenas) used += i32[here + processor.usedWords];
    return used;
  }

  /** A program of thread `index`. */
  program(index: number, name: string, program: () => unknown): void {
    this.loops[index].add(name, program, false);
  }

  /** Something that happens on thread `index` at any time while its programs wait. */
  event(index: number, name: string, program: () => unknown): void {
    this.loops[index].add(name, program, true);
  }

  channel<T>(type: Type<T>, capacity: number, isOneshot = false): Conduit<T> {
    const made = as(this.threads[0], () => makeChannel(this.loops[0].waiters, type, capacity, isOneshot));
    const views = [made];
    for (const { waiters } of this.loops.slice(1)) views.push(openChannel(waiters, made.header, made.generation, type));
    const conduit = { header: made.header, generation: made.generation, on: (index: number) => views[index] };
    this.#conduits.push(conduit as Conduit<unknown>);
    return conduit;
  }

  /** What main does after it has repaired shared memory and notified the other threads. */
  afterDeath(program: () => unknown): void {
    const main = this.loops[this.loops.length - 1];
    main.add("supervisor", async () => {
      blockUntil(() => dead !== undefined);
      const victim = dead as Thread;
      const { arena, waiters, thread } = main;
      const aftermath = repairAfter({ arena, waiters, orphan: () => undefined, adoptContexts: () => undefined }, victim.index);
      for (const loop of this.loops) if (loop !== main) tell(thread, loop.thread, () => loop.died(aftermath));
      main.died(aftermath);
      while (!balanceSleepers(arena)) blockUntil(() => this.arenas.every(({ i32, here }) => (i32[here + processor.counting] & 1) === 0));
      await program();
    }, false);
  }

  /** What must hold when all threads are done. */
  finally(check: () => void): void {
    this.#check = check;
  }

  /** Looks at the end state. @throws what is wrong */
  check(): void {
    for (const conduit of this.#conduits) this.#checkChannel(conduit);
    this.#check();
    for (const conduit of this.#conduits) {
      const channel = conduit.on(0);
      const left = this.drain(conduit);
      expect(left.length <= channel.capacity, `${left.length} values lie in a channel of ${channel.capacity}`);
      if (channel.isOpen) channel.close();
    }
    // What only a dead thread knew stays in use.
    if (dead !== undefined) return checkFreeLists(this.arenas);
    const used = this.#used();
    expect(used === this.#usedBefore, `${used - this.#usedBefore} words stay in use`);
  }

  /** Takes what is buffered. */
  drain<T>(conduit: Conduit<T>): T[] {
    const channel = conduit.on(0);
    const values: T[] = [];
    for (let value = channel.tryRecv(); value !== undefined && values.length <= channel.capacity; value = channel.tryRecv()) values.push(value);
    return values;
  }

  /** Words that stay in use for good. */
  keep(words: number): void {
    this.#usedBefore += words;
  }

  #checkChannel({ header: at, generation }: Conduit<unknown>): void {
    const { i32 } = this.arenas[0];
    expect((i32[at + header.send] & 0x7f) === 0 && (i32[at + header.recv] & 0x7f) === 0, "a lock is held at the end");
    if (i32[at + header.generation] !== generation) return;
    expect(queueLength(i32, at, RECEIVERS) === 0, "a receiver is left in the queue");
    expect(queueLength(i32, at, SENDERS) === 0, "a sender is left in the queue");
  }
}

/** Blocks of a list that a schedule may have moved. */
const MOVED = 200;

/** Each free block lies in one list, once. */
function checkFreeLists(all: readonly Arena[]): void {
  const { i32 } = all[0];
  for (let k = 0; k < CLASS_WORDS.length; k++) {
    const seen = new Set<number>();
    const firsts = [...pagesOf(i32, k), ...all.map(({ here }) => i32[here + processor.magazines + 2 * k])];
    for (const first of firsts) {
      let left = MOVED;
      for (let block = first; block !== 0 && left > 0; block = i32[block + linkOf(k)], left--) {
        if (seen.has(block)) throw new Error(`block ${block} of ${CLASS_WORDS[k]} words is free twice`);
        seen.add(block);
      }
    }
  }
}

/** Each page is free, one part of a large block, or of a class; a page of which all blocks are in the central list is one of headers. */
export function checkPages(all: readonly Arena[]): void {
  const { i32 } = all[0];
  const map = i32[superblock.pageMap];
  let used = i32[superblock.pages];
  for (let page = i32[superblock.pages]; page < i32[superblock.pageCount]; page++) {
    const mark = i32[map + page];
    if (mark !== 0) used++;
    expect(mark <= CLASS_WORDS.length || mark === INSIDE, `page ${page} is marked ${mark} at the end`);
    if (mark > 1 && mark <= CLASS_WORDS.length) expect(i32[entryOf(i32, page) + pageEntry.free] < blocksIn(mark - 1), `page ${page} is empty and not given back`);
  }
  expect(i32[superblock.pagesUsed] === used, `${i32[superblock.pagesUsed]} pages are used by their count, ${used} by the map`);
  checkFreeLists(all);
}

/** The first free block of each page in the central list of class `k`. */
function pagesOf(i32: Int32Array, k: number): number[] {
  const firsts: number[] = [];
  for (let page = i32[centralOf(k) + central.first]; page !== 0; page = i32[entryOf(i32, page) + pageEntry.next]) firsts.push(i32[entryOf(i32, page) + pageEntry.first]);
  return firsts;
}

/** Views of the memory and constants: the same for each schedule. */
const arenas = new WeakMap<ArrayBuffer, Arena[]>();

function arenasOf(memory: ArrayBuffer, count: number): Arena[] {
  let found = arenas.get(memory);
  if (found === undefined) {
    const shared = { buffer: memory } as unknown as Arena["memory"];
    arenas.set(memory, (found = Array.from({ length: count }, (_, index) => Arena.attach(shared, index))));
  }
  return found;
}

const NOBODY = { finish: () => undefined, withdraw: () => false, describe: () => "nothing" };

const refuse = (): never => {
  throw new Error("no handle travels here");
};
const NO_HANDLES = { detach: () => undefined, adopt: refuse, share: refuse, release: refuse };
