import { describe, expect, test } from "vitest";
import { checkRun, type Aftermath } from "../../../workers/gophers/checks.ts";
import type { Report } from "../../../workers/gophers/gopher.ts";

const MS = 1e6;
const words = (values: number[]) => ({ array: Int32Array.from(values) });
const times = (values: number[]) => ({ array: Float64Array.from(values, (value) => value * MS) });

/** Two carts, three loads, times in ms: cart 0 from 10 to 30 and 40 to 50, cart 1 from 20 to 40; all over at 60. */
function sound() {
  const goods = { kind: "books", booksPerCart: 1, next: words([3]), end: words([3]), burnt: words([1, 1, 1]) };
  const yard = { holder: words([0, 0]), trips: words([2, 1]), usedNs: times([30, 20]) };
  const report = { gopher: 1, loaded: 3, burnt: 3, begun: 3, begunSumNs: 70 * MS, ended: 3, endedSumNs: 120 * MS, leftNs: 60 * MS, mistakes: [] as string[] };
  return { goods, yard, carts: 2, legsPerLane: 1, reports: [report], found: [0, 1] };
}

/** The names of the checks that fail. */
const failing = (run: ReturnType<typeof sound>) =>
  checkRun({ ...(run as unknown as Aftermath), reports: run.reports as unknown as Report[] })
    .filter(({ ok }) => !ok)
    .map(({ name }) => name);

describe("the checks", () => {
  test("pass a sound run, and say the figures", () => {
    const run = sound();
    expect(failing(run)).toEqual([]);
    const [, , , little] = checkRun(run as unknown as Aftermath);
    expect(little.detail).toBe("0.833 carts in use = 50.0 loads a second × 16.667 ms");
  });

  test.each<[string, (run: ReturnType<typeof sound>) => void, string]>([
    ["a lost book", (run) => run.goods.burnt.array.set([1, 0, 1]), "each book burnt exactly once"],
    ["a book burnt again in place of another", (run) => run.goods.burnt.array.set([2, 0, 1]), "each book burnt exactly once"],
    ["a burning nobody counted", (run) => (run.reports[0].burnt = 2), "each book burnt exactly once"],
    ["a lost cart", (run) => run.found.pop(), "carts conserved"],
    ["a cart found twice", (run) => run.found.push(1), "carts conserved"],
    ["a cart for another", (run) => run.found.splice(0, 2, 1, 1), "carts conserved"],
    ["a cart that never was", (run) => run.found.push(7), "carts conserved"],
    ["a mistake at a hand-over", (run) => run.reports[0].mistakes.push("…"), "no cart has two holders"],
    ["a cart still held", (run) => run.yard.holder.array.set([0, 5]), "no cart has two holders"],
    ["a time that is not on the cart", (run) => (run.yard.usedNs.array[0] += 0.001 * MS), "Little's law"],
    ["a trip that nobody made", (run) => (run.yard.trips.array[1] += 1), "Little's law"],
    ["a use that never ended", (run) => (run.reports[0].ended = 2), "Little's law"],
  ])("find %s", (_, damage, name) => {
    const run = sound();
    damage(run);
    expect(failing(run)).toEqual([name]);
  });
});
