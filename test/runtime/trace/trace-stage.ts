/** What the tests of rt.trace() share: a trace of a program, its events by kind, and what holds in every one. */
import { expect } from "vitest";
import type { Runtime, Trace, TraceEvent, TraceOptions } from "../../../src/index.ts";
import { until } from "../until.ts";

/** The trace of a program that has run before, so that its module is imported; what the first run started has ended when the trace begins. */
export async function traced(on: Runtime, run: (on: Runtime) => Promise<unknown>, options?: TraceOptions): Promise<Trace> {
  await run(on).catch(() => undefined);
  await until(async () => (await on.stats()).tasks === 0);
  const tracing = await on.trace(options);
  await run(on).catch(() => undefined);
  return tracing.stop();
}

/** The events of one kind. */
export const of = <K extends TraceEvent["kind"]>({ events }: Pick<Trace, "events">, kind: K): Extract<TraceEvent, { kind: K }>[] => events.filter((event) => event.kind === kind) as Extract<TraceEvent, { kind: K }>[];

/** Every event that follows from another one comes after it, and each thread's are in order. */
export function expectOrder(trace: Trace): void {
  const { events, threads } = trace;
  for (let thread = 0; thread <= threads; thread++) {
    const times = events.filter((event) => event.thread === thread).map(({ timeNs }) => timeNs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  }
  const spawned = new Set<number>();
  const woken = new Map<number, number>();
  for (const event of events) {
    if (event.kind === "spawn") spawned.add(event.child);
    if (event.kind === "start") expect(spawned).toContain(event.task);
    if (event.kind === "wake") woken.set(event.wait, event.to);
    if (event.kind === "ready") expect(woken.get(event.wait)).toBe(event.thread);
    if (event.kind !== "resume") continue;
    expect(woken.get(event.wait)).toBe(event.thread);
    woken.delete(event.wait);
  }
}
