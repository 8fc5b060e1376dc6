/** A twentieth of every load; the full counts are `npm run stress`. */
import { expect, test } from "vitest";
import { world } from "../channel/tasks/world.ts";
import { LOADS } from "../../verify/stress/loads.ts";
import { runStressOn } from "../../verify/stress/stress.ts";

const the = world(2);
const SCALE = 0.05;
const seed = Date.now() % 1_000_000;

test.each(LOADS.map((load) => [load.id, load] as const))("%s", async (_id, load) => {
  const { passed, line } = await runStressOn(the.rt, load, { scale: SCALE, seed });
  expect(passed, line).toBe(true);
});
