/**
 * Thread ring: 503 tasks in a ring pass a token and count it down; the one that has it
 * at zero reports its number.
 * The Go program is thread-ring.go in this folder; what both print is in thread-ring.txt.
 *
 *     node workers/ports/patterns/thread-ring.ts [passes] [threads]
 */
import { type Chan, type Receiver, type Sender, chan, go, i32, isMain, run, task } from "../../../src/index.ts";

const MEMBERS = 503;

export const member = task(import.meta, async function member(number: number, from: Receiver<number>, to: Sender<number>, last: Sender<number>) {
  for await (const token of from) {
    if (token === 0) return void (await last.send(number));
    await to.send(token - 1);
  }
});

export const threadRing = task(import.meta, async function threadRing(passes: number) {
  const last = chan(i32);
  const first = chan(i32);
  let from: Chan<number> = first;
  for (let number = 1; number <= MEMBERS; number++) {
    const to = number < MEMBERS ? chan(i32) : first;
    go(member, number, from, to, last);
    from = to;
  }
  await first.send(passes);
  console.log(await last.recv());
});

if (isMain(import.meta)) {
  const [passes = "50000000", threads = "2"] = process.argv.slice(2);
  await run(threadRing, { threads: Number(threads), args: [Number(passes)] });
}
