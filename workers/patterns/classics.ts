/** The programs of examples/ with their known results. */
import { task } from "../../src/index.ts";
import { boundedBuffer } from "../examples/bounded-buffer.ts";
import { philosophers } from "../examples/philosophers.ts";
import { ring } from "../examples/ring.ts";
import { skynet } from "../examples/skynet.ts";
import { same, type PatternCheck, type PatternOptions } from "./check.ts";

const MEALS = 200;
const ITEMS = 10_000;

export const threadRing = task(import.meta, async function threadRing({ full }: PatternOptions): Promise<PatternCheck[]> {
  const small = same("1,000 passes: the last of 503 tasks", 498, await ring(1000));
  return full ? [small, same("5,000,000 passes", 181, await ring(5_000_000))] : [small];
});

export const skynetSum = task(import.meta, async function skynetSum({ full }: PatternOptions): Promise<PatternCheck[]> {
  const { sum, tasks } = await skynet(0, full ? 1_000_000 : 10_000);
  return full ? [same("sum of six levels", 499_999_500_000, sum), same("tasks", 1_111_111, tasks)] : [same("sum of four levels", 49_995_000, sum), same("tasks", 11_111, tasks)];
});

export const dining = task(import.meta, async function dining(): Promise<PatternCheck[]> {
  const { meals, uses } = await philosophers(MEALS);
  return [
    same("philosophers who ate 200 times", 5, meals.filter((eaten) => eaten === MEALS).length),
    same("uses of the forks", 2 * 5 * MEALS, uses.reduce((sum, count) => sum + count, 0)),
  ];
});

export const boundedBufferOnce = task(import.meta, async function boundedBufferOnce(): Promise<PatternCheck[]> {
  const { arrived, different } = await boundedBuffer(ITEMS);
  return [same("items that arrived", ITEMS, arrived), same("different ones", ITEMS, different)];
});
