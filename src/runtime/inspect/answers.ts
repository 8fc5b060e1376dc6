/** Asking threads that may be computing: such a one answers only when its task lets go. */
import type { Arena } from "../../memory/arena.ts";
import { processor } from "../../memory/layout.ts";
import { timesOf } from "../thread/times.ts";

/** A thread that has not answered is looked at this often, and given up once it has computed so long, or, where the system does not tell, been silent so long. */
const LOOK_EVERY_MS = 50;
export const COMPUTED_MS = 200;
const SILENT_MS = 2000;

/** A thread's answer; `undefined` if it computes instead of answering. One that is only short of a core is waited for. */
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
