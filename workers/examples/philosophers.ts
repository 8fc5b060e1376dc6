/**
 * Dining philosophers: five forks, of which each philosopher needs two. They do not
 * starve because the room holds only four: then one of them can always take both forks.
 * Forks and room are channels; there is no lock.
 *
 *     node workers/examples/philosophers.ts [meals] [threads]
 */
import { chan, i32, isMain, run, spawn, task, type Chan } from "../../src/index.ts";

const PHILOSOPHERS = 5;

/** Dines; a fork counts how often it was used. Returns the number of meals. */
export const dine = task(import.meta, async function dine(meals: number, left: Chan<number>, right: Chan<number>, room: Chan<number>): Promise<number> {
  let eaten = 0;
  while (eaten < meals) {
    await room.send(1);
    const [leftUses, rightUses] = [(await left.recv()) as number, (await right.recv()) as number];
    eaten++;
    await left.send(leftUses + 1);
    await right.send(rightUses + 1);
    await room.recv();
  }
  return eaten;
});

/** The meals of each philosopher, and the uses of each fork: in total twice the meals. */
export const philosophers = task(import.meta, async function philosophers(meals: number): Promise<{ meals: number[]; uses: number[] }> {
  const room = chan(i32, PHILOSOPHERS - 1);
  const forks = Array.from({ length: PHILOSOPHERS }, () => chan(i32, 1));
  for (const fork of forks) await fork.send(0);
  const dinners = forks.map((fork, seat) => spawn(dine, meals, fork, forks[(seat + 1) % PHILOSOPHERS] as Chan<number>, room));
  const eaten = await Promise.all(dinners);
  const uses: number[] = [];
  for (const fork of forks) uses.push((await fork.recv()) as number);
  return { meals: eaten, uses };
});

if (isMain(import.meta)) {
  const [meals = "1000", threads] = process.argv.slice(2);
  console.log(await run(philosophers, { threads: threads === undefined ? undefined : Number(threads), args: [Number(meals)] }));
}
