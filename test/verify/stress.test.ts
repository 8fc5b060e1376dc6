/** A twentieth of every load; the full counts are `npm run stress`. */
import { expect, test } from "vitest";
import { world } from "../channel/tasks/world.ts";
import { LOADS } from "../../verify/stress/loads.ts";
import { type Stress, runStressOn } from "../../verify/stress/stress.ts";

const the = world(2);
const SCALE = 0.05;
const seed = Date.now() % 1_000_000;

async function holds(load: Stress, scale: number): Promise<void> {
  const { passed, line } = await runStressOn(the.rt, load, { scale, seed });
  expect(passed, line).toBe(true);
}

test("the first load, shorter still", () => holds(LOADS[0], SCALE / 5));

test.each(LOADS.map((load) => [load.id, load] as const))("%s", { tags: ["deep"] }, (_id, load) => holds(load, SCALE));
