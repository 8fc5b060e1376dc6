/** What the memory tests run on a second thread: a plain worker that attaches to the arena. */
import { parentPort, workerData } from "node:worker_threads";
import { Arena } from "../../src/memory/arena.ts";
import { Names } from "../../src/memory/names.ts";
import { lock, unlock } from "../../src/memory/spin-lock.ts";

export interface Work {
  readonly memory: WebAssembly.Memory;
  readonly index: number;
  readonly job: "lock" | "names" | "churn";
  /** Words that the job uses: lock, counter, gate. */
  readonly at: number;
  readonly rounds: number;
}

/** Waits until as many threads are here as the gate is for. */
function gate(i32: Int32Array, at: number, threads: number): void {
  Atomics.add(i32, at, 1);
  while (Atomics.load(i32, at) < threads);
}

export const JOBS = {
  /** Adds to a plain word under the lock: two updates that overlap lose one. Counts intrusions. */
  lock({ memory, index, at, rounds }: Work): unknown {
    const arena = Arena.attach(memory, index);
    const { i32, owner } = arena;
    gate(i32, at + 2, 2);
    let intrusions = 0;
    for (let k = 0; k < rounds; k++) {
      lock(i32, at, owner);
      const before = i32[at + 1];
      if (i32[at] !== owner) intrusions++;
      for (let spin = 0; spin < 5; spin++) if (i32[at + 1] !== before) intrusions++;
      i32[at + 1] = before + 1;
      unlock(i32, at);
    }
    return intrusions;
  },

  /** Interns the same names as the other thread, in another order. */
  names({ memory, index, at, rounds }: Work): unknown {
    const arena = Arena.attach(memory, index);
    const names = new Names(arena);
    gate(arena.i32, at + 2, 2);
    const ids: Record<string, number> = {};
    for (let k = 0; k < rounds; k++) {
      const text = `näme ${index === 0 ? k : rounds - 1 - k}`;
      ids[text] = names.intern(text);
    }
    return ids;
  },

  /** Allocates and frees blocks of all sizes; every block keeps this thread's mark. */
  churn({ memory, index, at, rounds }: Work): unknown {
    const arena = Arena.attach(memory, index);
    const { i32 } = arena;
    gate(i32, at + 2, 2);
    const held: { block: number; words: number }[] = [];
    let wrong = 0;
    const give = (): void => {
      const { block, words } = held.shift() as { block: number; words: number };
      for (let k = 0; k < words; k++) if (i32[block + k] !== block * 2 + index) wrong++;
      arena.free(block);
    };
    for (let round = 0; round < rounds; round++) {
      const words = 1 + ((round * 7919) % (round % 50 === 0 ? 40_000 : 500));
      const block = arena.alloc(words);
      i32.fill(block * 2 + index, block, block + words);
      held.push({ block, words });
      if (held.length > 40) give();
    }
    while (held.length > 0) give();
    return wrong;
  },
} satisfies Record<Work["job"], (work: Work) => unknown>;

if (parentPort !== null && (workerData as Work | undefined)?.job !== undefined) {
  const work = workerData as Work;
  parentPort.postMessage(JOBS[work.job](work));
}
