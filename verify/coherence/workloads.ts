/**
 * What the virtual threads do: ordinary code over the production source, rewritten for
 * the machine like the source itself. Each thread has what a thread of a runtime has:
 * waiters, a processor, tasks.
 */
import { makeChannel, openChannel } from "../../src/channel/make-channel.ts";
import type { Channel } from "../../src/channel/channel.ts";
import { Arena } from "../../src/memory/arena.ts";
import { header } from "../../src/memory/layout.ts";
import { Names } from "../../src/memory/names.ts";
import { ownTask } from "../../src/runtime/module/task-function.ts";
import { Tasks } from "../../src/runtime/task/tasks.ts";
import { Processor } from "../../src/scheduler/processor.ts";
import { Timers } from "../../src/wait/timers.ts";
import { Waiters } from "../../src/wait/waiter.ts";
import { i32 } from "../../src/wire/scalars.ts";
import { type Thread, as, asynchronous, finished, touch } from "./machine.ts";

/** Results that a thread of the workload "spawn" awaits at a time. */
const WINDOW = 16;

const add = ownTask(import.meta, "add", (a?: number) => (a === undefined ? undefined : a + 1));

function refuse(): never {
  throw new Error("no handle travels here, and nothing fails");
}
const NO_HANDLES = { detach: () => undefined, adopt: refuse, share: refuse, release: refuse };

/** One thread's side of the runtime. */
class Side {
  readonly arena: Arena;
  readonly processor: Processor;
  readonly waiters: Waiters;
  readonly tasks: Tasks;
  readonly thread: Thread;

  constructor(memory: Arena["memory"], thread: Thread, cores: number) {
    this.thread = thread;
    this.arena = Arena.attach(memory, thread.index);
    Object.defineProperty(this.arena, "f64", { value: watched(this.arena.f64) });
    Object.defineProperty(this.arena, "u8", { value: watchedBytes(this.arena.u8) });
    this.processor = new Processor({ arena: this.arena, cores, onIdle: () => undefined });
    this.waiters = new Waiters(this.arena, this.processor, new Timers(() => undefined), NO_HANDLES);
    this.processor.waiters = this.waiters;
    const heap = { isFull: false, refusal: refuse };
    this.tasks = new Tasks({ waiters: this.waiters, names: new Names(this.arena), processor: this.processor, heap, onFault: refuse, onWarning: refuse, onHeld: undefined, onChange: () => undefined });
    this.processor.runner = this.tasks;
    this.processor.open();
  }

  /** Starts a program on this thread, as a closure: it runs in turns of the processor. */
  program(body: () => Promise<void>): void {
    as(this.thread, () => this.tasks.go(() => asynchronous(body), [], "here"));
  }
}

/** Doubles of the arena, of which each is two words. */
function watched(doubles: Float64Array<SharedArrayBuffer>): Float64Array<SharedArrayBuffer> {
  const note = (key: string | symbol, isWrite: boolean): void => {
    if (typeof key === "string" && /^\d+$/.test(key)) touch(Number(key) * 2, isWrite);
  };
  return new Proxy(doubles, {
    get: (target, key) => {
      note(key, false);
      return Reflect.get(target, key, target) as unknown;
    },
    set: (target, key, value) => {
      note(key, true);
      return Reflect.set(target, key, value, target);
    },
  });
}

/** Bytes of the arena: payloads are copied in and out. */
function watchedBytes(bytes: Uint8Array<SharedArrayBuffer>): object {
  const touchAll = (from: number, to: number, isWrite: boolean): void => {
    for (let at = from >>> 2; at < (to + 3) >>> 2; at++) touch(at, isWrite);
  };
  return {
    set(source: Uint8Array, offset: number): void {
      touchAll(offset, offset + source.length, true);
      bytes.set(source, offset);
    },
    slice(from: number, to: number): Uint8Array {
      touchAll(from, to, false);
      return bytes.slice(from, to);
    },
  };
}

export interface Options {
  /** Of the channels. */
  readonly capacity: number;
}

export interface Workload {
  readonly name: string;
  /** Prepares the programs of all threads; returns the headers of the channels that they use. */
  readonly build: (sides: readonly Side[], options: Options) => readonly number[];
}

/** A channel as the threads `users` see it, the first of which makes it. */
function channelFor(users: readonly Side[], capacity: number): { at: number; views: Channel<number>[] } {
  const [maker] = users;
  const made = as(maker.thread, () => makeChannel(maker.waiters, i32, capacity, false));
  const views = [];
  for (const side of users) views.push(side === maker ? made : as(side.thread, () => openChannel(side.waiters, made.header, made.generation, i32)));
  return { at: made.header, views };
}

async function send(channel: Channel<number>): Promise<void> {
  for (let value = 0; ; value++) {
    const sent = channel.send(value & 0xffff);
    if (sent !== undefined) await sent;
  }
}

async function receive(channel: Channel<number>): Promise<void> {
  for (;;) {
    const received = channel.recv();
    if (typeof received !== "number") await received;
    finished();
  }
}

/** Threads 2k and 2k + 1 have a channel of their own. On one thread both sides are tasks of it. */
const stream: Workload = {
  name: "stream pairs",
  build(sides, { capacity }) {
    const headers = [];
    for (let k = 0; k < sides.length; k += 2) {
      const [sender, receiver] = [sides[k], sides[k + 1] ?? sides[k]];
      const { at, views } = channelFor([sender, receiver], capacity);
      sender.program(() => send(views[0]));
      receiver.program(() => receive(views[1]));
      headers.push(at);
    }
    return headers;
  },
};

/** One channel for all: the first half of the threads sends. */
const fanIn: Workload = {
  name: "fan-in",
  build(sides, { capacity }) {
    const { at, views } = channelFor(sides, capacity);
    for (const [k, side] of sides.entries()) {
      if (k < sides.length / 2) side.program(() => send(views[k]));
      if (k >= Math.floor(sides.length / 2)) side.program(() => receive(views[k]));
    }
    return [at];
  },
};

async function spawnAll({ tasks }: Side, args: unknown[], place: number | undefined): Promise<void> {
  for (;;) {
    const joins = [];
    for (let k = 0; k < WINDOW; k++) joins.push(tasks.spawn(add, args, place));
    for (const join of joins) {
      await join;
      finished();
    }
  }
}

/** Every thread starts tasks, where the runtime places them, and awaits their results. */
const spawn: Workload = {
  name: "spawn",
  build(sides) {
    for (const side of sides) side.program(() => spawnAll(side, [], undefined));
    return [];
  },
};

/** As `spawn`, with an argument and a result, which are in blocks. */
const spawnWithValues: Workload = {
  name: "spawn with values",
  build(sides) {
    for (const side of sides) side.program(() => spawnAll(side, [side.arena.index], undefined));
    return [];
  },
};

/** As `spawn`, each thread on the next one. */
const spawnOnNext: Workload = {
  name: "spawn on the next",
  build(sides) {
    for (const [k, side] of sides.entries()) side.program(() => spawnAll(side, [], (k + 1) % sides.length));
    return [];
  },
};

export const workloads: readonly Workload[] = [stream, fanIn, spawn, spawnWithValues, spawnOnNext];

/** The sides of all threads on a memory. */
export function sidesOf(memory: Arena["memory"], threads: readonly Thread[]): Side[] {
  const sides = [];
  for (const thread of threads) sides.push(as(thread, () => new Side(memory, thread, threads.length)));
  return sides;
}

/** Where the slots of a channel are. */
export function bufferOf({ arena }: Side, at: number): number {
  return arena.i32[at + header.buffer];
}
