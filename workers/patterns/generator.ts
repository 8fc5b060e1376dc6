/** Generator: a function that starts a task and returns the channel on which the task sends. A channel is a handle on a service. */
import { chan, go, i32, task, type Receiver, type Sender } from "../../src/index.ts";
import { same, type PatternCheck } from "./check.ts";

const NUMBERS = 1000;

const count = task(import.meta, async function count(to: number, out: Sender<number>): Promise<void> {
  for (let k = 1; k <= to; k++) await out.send(k);
  out.close();
});

/** The numbers 1 … `to`. */
function counting(to: number): Receiver<number> {
  const out = chan(i32);
  go(count, to, out);
  return out;
}

export const generator = task(import.meta, async function generator(): Promise<PatternCheck[]> {
  const [one, other] = [counting(NUMBERS), counting(NUMBERS)];
  let difference = 0;
  for await (const k of one) difference += k - ((await other.recv()) ?? 0);
  let total = 0;
  for await (const k of counting(NUMBERS)) total += k;
  return [same("two services in step: the difference", 0, difference), same("sum of 1 … 1,000", 500_500, total)];
});
