/** In which states a channel can be, and in the middle of which operations a thread can die. */
import { makeChannel } from "../../../src/channel/make-channel.ts";
import { header } from "../../../src/memory/layout.ts";
import { runSelect } from "../../../src/select/select.ts";
import type { Wait } from "../../../src/wait/wait.ts";
import { makeSharedArray } from "../../../src/memory/shared-array.ts";
import type { DeathStage, Shape } from "./death-stage.ts";

type Stage = DeathStage<unknown>;

/** A state of the channel; `set` makes it. */
export interface State {
  readonly name: string;
  readonly hasWaiters?: boolean;
  fits(shape: Shape): boolean;
  set(stage: Stage): void;
}

/** An operation of the victim. */
export interface Operation {
  readonly name: string;
  /** Most values that may be gone with it. */
  readonly mayTake: number | ((shape: Shape) => number);
  fits?(state: State, shape: Shape): boolean;
  /** What happens before, all of it; false if there is nothing to die of in this state. */
  before?(stage: Stage): boolean;
  run(stage: Stage): unknown;
}

const isRing = ({ capacity }: Shape): boolean => capacity > 0;
const isLong = ({ capacity, isOneshot }: Shape): boolean => capacity > 0 && isOneshot !== true;

function fill(stage: Stage, count = stage.shape.capacity): void {
  for (let k = 0; k < count; k++) stage.trySend(k % 2 === 0 ? stage.main : stage.other);
}

/** Moves the positions on, past the end of the ring. */
function advance(stage: Stage, count: number): void {
  for (let k = 0; k < count; k++) {
    stage.trySend(stage.other);
    stage.tryRecv(k % 2 === 0 ? stage.main : stage.other);
  }
}

export const STATES: readonly State[] = [
  { name: "empty", fits: () => true, set: () => undefined },
  { name: "with one value", fits: ({ capacity }) => capacity > 1, set: (s) => fill(s, 1) },
  { name: "full", fits: isRing, set: (s) => fill(s) },
  {
    name: "full, at the end of the ring",
    fits: isLong,
    set: (s) => {
      advance(s, 2 * s.shape.capacity - 1);
      fill(s);
    },
  },
  {
    name: "empty, in its second lap",
    fits: isLong,
    set: (s) => advance(s, s.shape.capacity + 1),
  },
  { name: "a receiver waits", hasWaiters: true, fits: () => true, set: (s) => s.recv(s.other) },
  {
    name: "receivers and selects wait",
    hasWaiters: true,
    fits: () => true,
    set: (s) => {
      s.recv(s.other);
      s.recv(s.main, "select");
      s.recv(s.other, "select");
      s.recv(s.main);
    },
  },
  {
    name: "the victim waits to receive, others too",
    hasWaiters: true,
    fits: () => true,
    set: (s) => {
      s.recv(s.other, "select");
      s.recv(s.victim);
      s.recv(s.main);
      s.recv(s.victim, "select");
    },
  },
  {
    name: "a sender waits",
    hasWaiters: true,
    fits: () => true,
    set: (s) => {
      fill(s);
      s.send(s.other);
    },
  },
  {
    name: "senders and selects wait",
    hasWaiters: true,
    fits: () => true,
    set: (s) => {
      if (s.shape.isOneshot !== true) advance(s, s.shape.capacity);
      fill(s);
      s.send(s.main, "select");
      s.send(s.other);
      s.send(s.other, "select");
      s.send(s.main);
    },
  },
  {
    name: "the victim waits to send, others too",
    hasWaiters: true,
    fits: ({ isOneshot }) => isOneshot !== true,
    set: (s) => {
      fill(s);
      s.send(s.victim);
      s.send(s.other, "select");
      s.send(s.victim, "select");
      s.send(s.main);
    },
  },
  {
    name: "closed, with values",
    fits: isLong,
    set: (s) => {
      fill(s);
      s.on(s.main).close();
    },
  },
  { name: "freed", fits: () => true, set: (s) => s.on(s.main).close() },
];

/** The wait that an operation with `before` is about. */
const waitOf = new WeakMap<Stage, Wait>();

/** A wait of the victim that has just begun, as the last in its queue. */
function waits(begin: (stage: Stage) => void): (stage: Stage) => boolean {
  return (stage) => {
    const before = new Set(stage.victim.waiters.list());
    begin(stage);
    const wait = [...stage.victim.waiters.list()].find((its) => !before.has(its));
    if (wait !== undefined) waitOf.set(stage, wait);
    return wait !== undefined;
  };
}

/** A wait of the victim that another thread has ended. */
function ended(begin: (stage: Stage) => void, end: (stage: Stage) => void): (stage: Stage) => boolean {
  return (stage) => {
    if (!waits(begin)(stage)) return false;
    end(stage);
    return true;
  };
}

const withdraw = (s: Stage): unknown => {
  const wait = waitOf.get(s) as Wait;
  return wait.finisher.withdraw(wait);
};

const manyValues = (s: Stage): unknown[] => [s.value(s.victim), s.value(s.victim), s.value(s.victim)];

/** What is refused as it should be is no finding. */
function unlessClosed(operation: (stage: Stage) => unknown): (stage: Stage) => unknown {
  return (stage) => {
    try {
      return operation(stage);
    } catch (error) {
      if ((error as { code?: string }).code !== "ERR_CHANNEL_CLOSED") throw error;
      return undefined;
    }
  };
}

export const OPERATIONS: readonly Operation[] = [
  { name: "send", mayTake: 0, run: (s) => s.send(s.victim) },
  { name: "trySend", mayTake: 0, run: (s) => s.trySend(s.victim) },
  { name: "sendMany", mayTake: 0, run: unlessClosed((s) => s.on(s.victim).sendMany(manyValues(s))) },
  { name: "recv", mayTake: 1, run: (s) => s.on(s.victim).recv() },
  { name: "tryRecv", mayTake: 1, run: (s) => s.on(s.victim).tryRecv() },
  { name: "recvMany", mayTake: 3, run: (s) => s.on(s.victim).recvMany(3) },
  { name: "close", mayTake: 0, run: unlessClosed((s) => s.on(s.victim).close()) },
  { name: "select, receiving", mayTake: 1, run: (s) => runSelect(s.victim.waiters, { recv: s.on(s.victim), idle: s.idleOn(s.victim) }, undefined) },
  { name: "select, sending", mayTake: 0, run: (s) => s.send(s.victim, "select") },
  {
    name: "select, receiving or otherwise",
    mayTake: 1,
    run: (s) => runSelect(s.victim.waiters, { idle: s.idleOn(s.victim), recv: s.on(s.victim) }, { otherwise: true }),
  },
  {
    name: "select, sending, receiving or otherwise",
    mayTake: 1,
    run: unlessClosed((s) => runSelect(s.victim.waiters, { idle: s.idleOn(s.victim), recv: s.on(s.victim), send: s.on(s.victim).sending(s.value(s.victim)) }, { otherwise: true })),
  },
  { name: "withdrawing a receive", mayTake: 0, before: waits((s) => s.recv(s.victim)), run: withdraw },
  { name: "withdrawing a send", mayTake: 0, before: waits((s) => s.send(s.victim)), run: withdraw },
  { name: "withdrawing a select, receiving", mayTake: 0, before: waits((s) => s.recv(s.victim, "select")), run: withdraw },
  { name: "withdrawing a select, sending", mayTake: 0, before: waits((s) => s.send(s.victim, "select")), run: withdraw },
  {
    name: "taking delivery of a receive",
    mayTake: 1,
    fits: ({ hasWaiters }) => hasWaiters !== true,
    before: ended((s) => s.recv(s.victim), (s) => s.trySend(s.main)),
    run: (s) => s.victim.pump(),
  },
  {
    name: "taking delivery of a select, receiving",
    mayTake: 1,
    fits: ({ hasWaiters }) => hasWaiters !== true,
    before: ended((s) => s.recv(s.victim, "select"), (s) => s.trySend(s.main)),
    run: (s) => s.victim.pump(),
  },
  {
    name: "taking delivery of a select, sending",
    mayTake: 0,
    fits: ({ hasWaiters }) => hasWaiters !== true,
    before: ended((s) => s.send(s.victim, "select"), (s) => s.tryRecv(s.main)),
    run: (s) => s.victim.pump(),
  },
  {
    name: "taking delivery of a closed channel",
    mayTake: 0,
    fits: ({ hasWaiters }) => hasWaiters !== true,
    before: ended((s) => s.recv(s.victim, "select"), (s) => s.on(s.main).close()),
    run: (s) => s.victim.pump(),
  },
  { name: "retain", mayTake: 0, run: (s) => s.on(s.victim).retain() },
  { name: "giving a reference back", mayTake: 0, run: (s) => s.on(s.victim).relinquish() },
  {
    name: "giving the last reference back",
    mayTake: ({ capacity }) => capacity,
    fits: ({ hasWaiters }) => hasWaiters !== true,
    before: (s) => {
      s.i32[s.at + header.references] = 1;
      return true;
    },
    run: (s) => s.on(s.victim).relinquish(),
  },
  {
    name: "making a channel",
    mayTake: 0,
    fits: ({ name }) => name === "empty",
    run: (s) => makeChannel(s.victim.waiters, s.element.type, s.shape.capacity, s.shape.isOneshot === true),
  },
  {
    name: "making and freeing a shared array",
    mayTake: 0,
    fits: ({ name }) => name === "empty",
    run: (s) => makeSharedArray(s.victim.arena, "f64", 20).free(),
  },
];
