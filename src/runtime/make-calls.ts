/** The calls over one thread's side of a runtime, which `of` finds at each call. */
import type { Type } from "../wire/type.ts";
import type { Cases, SelectOptions } from "../select/select.ts";
import type { Calls, Go, Spawn } from "./calls.ts";
import type { Local } from "./thread/side.ts";
import type { AnyFunction } from "./task/task-function.ts";
import { makeSyncConstructors } from "./sync-constructors.ts";
import type { Place } from "./task/tasks.ts";

export function makeCalls(of: (what: string) => Local): Calls {
  const go = Object.assign((fn: AnyFunction, ...args: unknown[]): void => of("go").go(fn, args, undefined), {
    on: (place: NonNullable<Place>) => (fn: AnyFunction, ...args: unknown[]): void => of("go").go(fn, args, place),
  });
  const spawn = Object.assign((fn: AnyFunction, ...args: unknown[]): Promise<unknown> => of("spawn").spawn(fn, args, undefined), {
    on: (place: NonNullable<Place>) => (fn: AnyFunction, ...args: unknown[]): Promise<unknown> => of("spawn").spawn(fn, args, place),
  });
  return {
    go: go as Go,
    spawn: spawn as unknown as Spawn,
    shared: {
      float64: (length) => of("shared.float64").shared.float64(length),
      int32: (length) => of("shared.int32").shared.int32(length),
      bytes: (length) => of("shared.bytes").shared.bytes(length),
    },
    chan: <T>(type: Type<T>, capacity = 0) => of("chan").chan(type, capacity),
    oneshot: (type) => of("oneshot").oneshot(type),
    select: ((cases: Cases, options?: SelectOptions) => of("select").select(cases, options)) as Calls["select"],
    after: (delayMs) => of("after").after(delayMs),
    ticker: (periodMs) => of("ticker").ticker(periodMs),
    never: () => of("never").never(),
    context: (parent, options) => of("context").context(parent, options),
    group: (options) => of("group").group(options),
    sleep: (delayMs, options) => of("sleep").sleep(delayMs, options?.signal),
    yieldNow: () => of("yieldNow").yieldNow(),
    ...makeSyncConstructors(of),
  };
}
