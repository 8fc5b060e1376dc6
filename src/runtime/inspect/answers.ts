/** Asks threads that may be computing: a thread answers only when its task awaits. */
import { clearInterval, performance, setInterval } from "../../host.ts";
import type { Arena } from "../../memory/arena.ts";
import { processor } from "../../memory/layout.ts";
import { timesOf } from "../thread/times.ts";

/** How often a thread that has not answered is checked. It is given up after it has computed for COMPUTED_MS or, where the system does not report CPU times, after SILENT_MS. */
const LOOK_EVERY_MS = 50;
export const COMPUTED_MS = 200;
const SILENT_MS = 2000;

/** A thread's answer; `undefined` if it computes instead of answering. A thread that only lacks a core gets more time. */
export function unlessComputing<T>(arena: Arena, thread: number, answer: Promise<T>): Promise<T | undefined> {
  const systemId = arena.i32[arena.processorAt(thread) + processor.systemId];
  return new Promise((resolve, reject) => {
    const askedMs = performance.now();
    const before = timesOf(systemId)?.cpuNs;
    const timer = setInterval(() => {
      const now = timesOf(systemId)?.cpuNs;
      const isGivenUp = before === undefined || now === undefined ? performance.now() - askedMs >= SILENT_MS : now - before >= COMPUTED_MS * 1e6;
      if (isGivenUp) end(() => resolve(undefined));
    }, LOOK_EVERY_MS).unref();
    const end = (settle: () => void): void => {
      clearInterval(timer);
      settle();
    };
    answer.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
  });
}
