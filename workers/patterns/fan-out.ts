/** Fan-out with merge: several tasks read one channel, and another channel merges their results. */
import { chan, go, i32, spawn, task, type Receiver, type Sender } from "../../src/index.ts";
import { same, type PatternCheck } from "./check.ts";

const NUMBERS = 1000;
const WORKERS = 4;

const square = task(import.meta, async function square(numbers: Receiver<number>, out: Sender<number>): Promise<number> {
  let done = 0;
  for await (const n of numbers) {
    await out.send(n * n);
    done++;
  }
  return done;
});

export const fanOut = task(import.meta, async function fanOut(): Promise<PatternCheck[]> {
  const [numbers, squares] = [chan(i32), chan(i32)];
  const workers = Promise.all(Array.from({ length: WORKERS }, () => spawn(square, numbers, squares)));
  go(async () => {
    for (let n = 1; n <= NUMBERS; n++) await numbers.send(n);
    numbers.close();
    await workers;
    squares.close();
  });
  let sum = 0;
  for await (const n of squares) sum += n;
  const shares = await workers;
  return [same("sum of the squares of 1 … 1,000", 333_833_500, sum), same("numbers squared, each once", NUMBERS, shares.reduce((total, share) => total + share, 0))];
});
