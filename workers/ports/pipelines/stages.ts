/**
 * A pipeline of four stages: numbers, their squares, the odd ones, their sum.
 * The Go program is stages.go in this folder; what both print is in stages.txt.
 *
 *     node workers/ports/pipelines/stages.ts [values] [threads]
 */
import { type Receiver, type Sender, chan, go, i32, isMain, run, task } from "../../../src/index.ts";

const ROOM = 64;

export const generate = task(import.meta, async function generate(n: number, to: Sender<number>) {
  for (let i = 1; i <= n; i++) await to.send(i);
  to.close();
});

export const square = task(import.meta, async function square(from: Receiver<number>, to: Sender<number>) {
  for await (const i of from) await to.send((i * i) % 1009);
  to.close();
});

export const odd = task(import.meta, async function odd(from: Receiver<number>, to: Sender<number>) {
  for await (const i of from) if (i % 2 === 1) await to.send(i);
  to.close();
});

export const stages = task(import.meta, async function stages(n: number) {
  const [numbers, squares, odds] = [chan(i32, ROOM), chan(i32, ROOM), chan(i32, ROOM)];
  go(generate, n, numbers);
  go(square, numbers, squares);
  go(odd, squares, odds);
  let [count, sum] = [0, 0];
  for await (const i of odds) {
    count++;
    sum += i;
  }
  console.log(`${count} of ${n} squares are odd, their sum is ${sum}`);
});

if (isMain(import.meta)) {
  const [n = "1000000", threads = "2"] = process.argv.slice(2);
  await run(stages, { threads: Number(threads), args: [Number(n)] });
}
