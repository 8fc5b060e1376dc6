/**
 * Thread ring: 503 tasks in a ring pass a token and count it down; which of them
 * has it at zero? (The benchmarks game's thread-ring: 1,000 → 498, 5,000,000 → 181.)
 *
 *     node workers/examples/ring.ts [passes] [threads]
 */
import { chan, go, i32, isMain, oneshot, run, task, type Chan, type Receiver, type Sender } from "../../src/index.ts";

const TASKS = 503;

/** Passes the token on, one less; reports its own number if it gets zero. */
export const link = task(import.meta, async function link(number: number, from: Receiver<number>, to: Sender<number>, last: Sender<number>): Promise<void> {
  for await (const token of from) {
    if (token > 0) await to.send(token - 1);
    else {
      await last.send(number);
      break;
    }
  }
  // This ends the others, one after the other, around the ring.
  to.close();
});

/** The number, from 1, of the task that has the token after `passes` passes. */
export const ring = task(import.meta, async function ring(passes: number): Promise<number> {
  const last = oneshot(i32);
  const first = chan(i32);
  let from: Chan<number> = first;
  for (let number = 1; number <= TASKS; number++) {
    const to = number === TASKS ? first : chan(i32);
    go(link, number, from, to, last);
    from = to;
  }
  await first.send(passes);
  return (await last.recv()) as number;
});

if (isMain(import.meta)) {
  const [passes = "1000", threads = "1"] = process.argv.slice(2);
  console.log(await run(ring, { threads: Number(threads), args: [Number(passes)] }));
}
