/** A tenth of every load; the full counts are `npm run stress`. */
import { expect, test } from "vitest";
import { LOADS } from "./loads.ts";
import { runStress } from "./stress.ts";

const SCALE = 0.1;
const seed = Date.now() % 1_000_000;

test.each(LOADS.map((load) => [load.id, load] as const))("%s", async (_id, load) => {
  const { passed, line } = await runStress(load, { threads: 2, scale: SCALE, seed });
  expect(passed, line).toBe(true);
});
