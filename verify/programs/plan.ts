/**
 * A random program, as data: channels, locks, contexts, and actors with steps. A plan
 * follows from its seed alone, so a failure is repeated by its number; how the threads
 * interleave is left to the machine.
 *
 * Each value that a plan sends has a number of its own. Numbers rise with the order in
 * which one actor sends them, so order can be judged as well as number.
 */
import { Jitter } from "../stress/jitter.ts";

export const TYPES = ["i32", "utf8", "bytes", "struct", "json"] as const;
export const SENDS = ["send", "try", "many", "many until a signal", "select", "signal", "context"] as const;
export const RECEIVES = ["recv", "try", "many", "loop", "left", "select", "signal", "context"] as const;
export const LOCKS = ["mutex", "rwlock", "semaphore"] as const;

export interface ChannelPlan {
  readonly type: (typeof TYPES)[number];
  readonly capacity: number;
}

export type Step =
  /** Sends the values `first` to `first + count − 1`. A select offers each value to two channels. */
  | { readonly kind: "send"; readonly how: (typeof SENDS)[number]; readonly channel: number; readonly other: number; readonly first: number; readonly count: number; readonly context: number; readonly abortMs: number }
  | { readonly kind: "recv"; readonly how: (typeof RECEIVES)[number]; readonly channel: number; readonly other: number; readonly count: number; readonly context: number; readonly abortMs: number }
  | { readonly kind: "lock"; readonly lock: number; readonly rounds: number; readonly isWriter: boolean }
  | { readonly kind: "group"; readonly children: number; readonly limit: number; readonly failing: number }
  | { readonly kind: "close"; readonly channel: number }
  | { readonly kind: "cancel"; readonly context: number }
  | { readonly kind: "rest"; readonly ms: number }
  | { readonly kind: "die" };

export interface ActorPlan {
  readonly number: number;
  /** A thread, any thread, or a closure on the main thread. */
  readonly place: number | "any" | "main";
  readonly steps: readonly Step[];
}

export interface Plan {
  readonly seed: number;
  readonly threads: number;
  readonly channels: readonly ChannelPlan[];
  readonly locks: readonly (typeof LOCKS)[number][];
  readonly permits: number;
  readonly contexts: number;
  readonly actors: readonly ActorPlan[];
  /** By value: the actor that sends it. */
  readonly senders: readonly number[];
  readonly hasDeaths: boolean;
  /** When the main thread begins to receive what nobody else does. */
  readonly drainAfterMs: number;
}

export function planOf(seed: number, threads: number): Plan {
  const random = new Jitter(seed, 7);
  for (let k = 0; k < 8; k++) random.below(2); // the first numbers of near seeds are alike
  const one = <T>(of: readonly T[]): T => of[random.below(of.length)];
  const hasDeaths = random.below(6) === 0;
  const channels = Array.from({ length: 1 + random.below(4) }, () => ({ type: one(TYPES), capacity: one([0, 0, 1, 1, 2, 3, 8, 64]) }));
  const locks = Array.from({ length: 1 + random.below(3) }, () => one(LOCKS));
  const contexts = 1 + random.below(3);
  const senders: number[] = [];
  const actors = Array.from({ length: 2 + random.below(11) }, (_, number): ActorPlan => {
    const place = one<ActorPlan["place"]>(["any", "any", random.below(threads), "main"]);
    const steps = Array.from({ length: 1 + random.below(6) }, () => step(number, place));
    return { number, place, steps };
  });
  return { seed, threads, channels, locks, permits: 1 + random.below(3), contexts, actors, senders, hasDeaths, drainAfterMs: random.below(12) };

  function step(actor: number, place: ActorPlan["place"]): Step {
    const [channel, other, context, abortMs] = [random.below(channels.length), random.below(channels.length), random.below(contexts), random.below(4)];
    const count = 1 + random.below(one([2, 8, 40]));
    switch (random.below(16)) {
      case 0: return { kind: "rest", ms: random.below(3) };
      case 1: return { kind: "group", children: 1 + random.below(6), limit: 1 + random.below(3), failing: random.below(12) };
      case 2: case 3: return { kind: "lock", lock: random.below(locks.length), rounds: 1 + random.below(20), isWriter: random.below(2) === 0 };
      case 4: return random.below(3) === 0 ? { kind: "close", channel } : { kind: "rest", ms: 0 };
      case 5: return random.below(2) === 0 ? { kind: "cancel", context } : { kind: "rest", ms: 1 };
      case 6: return hasDeaths && place !== "main" && random.below(2) === 0 ? { kind: "die" } : { kind: "rest", ms: 1 };
      case 7: case 8: case 9: case 10: return { kind: "recv", how: one(RECEIVES), channel, other, count, context, abortMs };
      default: {
        const first = senders.length;
        for (let k = 0; k < count; k++) senders.push(actor);
        return { kind: "send", how: one(SENDS), channel, other, first, count, context, abortMs };
      }
    }
  }
}
