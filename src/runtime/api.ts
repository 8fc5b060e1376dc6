/**
 * The calls of a program: made of the parts of the thread's side of a runtime
 * that `of` finds at each call. The free functions are those of the runtime that
 * is current on the calling thread. What each call does is documented in calls.ts.
 */
import { makeChannel } from "../channel/make-channel.ts";
import { Never } from "../channel/never.ts";
import { After, checkDelay } from "../channel/time/after.ts";
import { TickerReceiver } from "../channel/time/ticker.ts";
import { TimerReceiver } from "../channel/time/timer.ts";
import { runDot } from "../parallel/dot.ts";
import { runFor, runMap } from "../parallel/for-map.ts";
import { runReduce } from "../parallel/reduce.ts";
import type { ParallelOptions } from "../parallel/runs.ts";
import { makeSharedArray } from "../memory/shared-array.ts";
import { type Cases, type SelectOptions, runSelect } from "../select/select.ts";
import type * as maps from "../shared-map/shared-map.ts";
import type * as objects from "../sync/objects.ts";
import type { Type } from "../wire/type.ts";
import { signalOf } from "../wait/wait.ts";
import type { Calls, Go, Spawn } from "./calls.ts";
import { makeSyncConstructors } from "./sync-constructors.ts";
import { TaskGroup } from "./task/group.ts";
import { PlannedTimer } from "./task/planned.ts";
import type { AnyFunction } from "./module/task-function.ts";
import type { Place } from "./task/tasks.ts";
import { current, within } from "./thread/ambient.ts";
import { declare } from "./thread/named.ts";
import type { ThreadSide } from "./thread/side.ts";

/** @param of finds the side of a call; it is given the call's name for its error */
export function makeCalls(of: (what: string) => ThreadSide): Calls {
  const open = (what: string): ThreadSide => of(what).open();
  const go = (fn: AnyFunction, ...args: unknown[]): void => of("go").tasks.go(fn, args, undefined);
  const goOn = (place: NonNullable<Place>) => (fn: AnyFunction, ...args: unknown[]): void => of("go").tasks.go(fn, args, place);
  const spawn = (fn: AnyFunction, ...args: unknown[]): Promise<unknown> => of("spawn").tasks.spawn(fn, args, undefined);
  const spawnOn = (place: NonNullable<Place>) => (fn: AnyFunction, ...args: unknown[]): Promise<unknown> => of("spawn").tasks.spawn(fn, args, place);
  return {
    go: Object.assign(go, { on: goOn }) as Go,
    spawn: Object.assign(spawn, { on: spawnOn }) as unknown as Spawn,
    shared: {
      float64: (length) => makeSharedArray(open("shared.float64").arena, "f64", length),
      int32: (length) => makeSharedArray(open("shared.int32").arena, "i32", length),
      bytes: (length) => makeSharedArray(open("shared.bytes").arena, "u8", length),
    },
    chan: <T>(type: Type<T>, capacity = 0) => {
      const { waiters, handles } = open("chan");
      return handles.track(makeChannel(waiters, type, capacity, false));
    },
    oneshot: (type) => {
      const { waiters, handles } = open("oneshot");
      return handles.track(makeChannel(waiters, type, 1, true));
    },
    select: ((cases: Cases, options?: SelectOptions) => runSelect(open("select").waiters, cases, options)) as Calls["select"],
    after: (delayMs) => new After(open("after").waiters, delayMs),
    ticker: (periodMs) => new TickerReceiver(open("ticker").waiters, periodMs),
    timer: (delayMs) => new TimerReceiver(open("timer").waiters, delayMs),
    afterFunc: (delayMs, fn) => {
      const { waiters, tasks } = open("afterFunc");
      return new PlannedTimer(waiters, tasks.plan(fn), delayMs, (ms) => checkDelay(ms, "afterFunc"));
    },
    never: () => new Never(open("never").waiters),
    context: (parent, options) => open("context").contexts.make(parent, options),
    withValue: (parent, key, value) => open("withValue").contexts.makeWithValue(parent, key, value),
    group: (options) => new TaskGroup(open("group"), options),
    named: (name, make) => {
      const declaration = declare(name, make);
      const what = `named(${JSON.stringify(name)})`;
      return () => {
        const side = open(what);
        return side.named.known(declaration) ?? within(side, () => side.named.find(declaration));
      };
    },
    sleep: (delayMs, options) => open("sleep").sleep.start(checkDelay(delayMs, "sleep"), signalOf(options)),
    parallelFor: async (count, body, options) => runFor(open("parallelFor"), count, body as AnyFunction, options as ParallelOptions),
    parallelMap: (async (items: ArrayLike<unknown>, fn: AnyFunction, options?: ParallelOptions) => runMap(open("parallelMap"), items, fn, options)) as Calls["parallelMap"],
    parallelReduce: (async (items: ArrayLike<unknown>, step: AnyFunction, merge: AnyFunction, initial: unknown, options?: ParallelOptions) => runReduce(open("parallelReduce"), items, step, merge, initial, options)) as Calls["parallelReduce"],
    dot: async (a, b, options) => runDot(open("dot"), a, b, options),
    yieldNow: () => of("yieldNow").yieldNow(),
    ...makeSyncConstructors(of),
  };
}

const calls = makeCalls(current);

// One by one and each with its type: so hovers show the comments of `Calls`.
export const
  Barrier: Calls["Barrier"] = calls.Barrier,
  Counter: Calls["Counter"] = calls.Counter,
  Guarded: Calls["Guarded"] = calls.Guarded,
  Mutex: Calls["Mutex"] = calls.Mutex,
  Once: Calls["Once"] = calls.Once,
  RwLock: Calls["RwLock"] = calls.RwLock,
  Semaphore: Calls["Semaphore"] = calls.Semaphore,
  SharedMap: Calls["SharedMap"] = calls.SharedMap,
  WaitGroup: Calls["WaitGroup"] = calls.WaitGroup,
  after: Calls["after"] = calls.after,
  afterFunc: Calls["afterFunc"] = calls.afterFunc,
  chan: Calls["chan"] = calls.chan,
  context: Calls["context"] = calls.context,
  dot: Calls["dot"] = calls.dot,
  go: Calls["go"] = calls.go,
  group: Calls["group"] = calls.group,
  named: Calls["named"] = calls.named,
  never: Calls["never"] = calls.never,
  oneshot: Calls["oneshot"] = calls.oneshot,
  parallelFor: Calls["parallelFor"] = calls.parallelFor,
  parallelMap: Calls["parallelMap"] = calls.parallelMap,
  parallelReduce: Calls["parallelReduce"] = calls.parallelReduce,
  select: Calls["select"] = calls.select,
  shared: Calls["shared"] = calls.shared,
  sleep: Calls["sleep"] = calls.sleep,
  spawn: Calls["spawn"] = calls.spawn,
  ticker: Calls["ticker"] = calls.ticker,
  timer: Calls["timer"] = calls.timer,
  withValue: Calls["withValue"] = calls.withValue,
  yieldNow: Calls["yieldNow"] = calls.yieldNow;

// As types, the objects that they make.
export type Mutex = objects.Mutex;
export type RwLock = objects.RwLock;
export type Semaphore = objects.Semaphore;
export type WaitGroup = objects.WaitGroup;
export type Once = objects.Once;
export type Barrier = objects.Barrier;
export type Counter = objects.Counter;
export type Guarded<T extends object> = objects.Guarded<T>;
export type SharedMap<K, V> = maps.SharedMap<K, V>;
