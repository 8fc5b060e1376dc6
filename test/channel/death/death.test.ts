/**
 * The death of a thread before every single write of every operation on a
 * channel, in every state that the channel can be in: afterwards the channel is
 * whole, each value is where it should be, and nobody waits for the dead.
 */
import { afterAll, describe, expect, test, vi } from "vitest";
import { i32 } from "../../../src/wire/scalars.ts";
import { OPERATIONS, type Operation, STATES, type State } from "./death-cases.ts";
import { DeathStage, type Element, type Shape } from "./death-stage.ts";

vi.mock("../../../src/memory/atomics.ts", async (original) => (await import("../../wait/mortal-memory.ts")).mortalAtomics(await original()));

const NUMBERS: Element<unknown> = { type: i32 as Element<unknown>["type"], make: (value) => value, numberOf: (element) => element as number };
const SHAPES: readonly [name: string, shape: Shape][] = [0, 1, 2, 3].map((capacity): [string, Shape] => [`capacity ${capacity}`, { capacity }]);
const ALL: readonly [name: string, shape: Shape][] = [...SHAPES, ["oneshot", { capacity: 1, isOneshot: true }]];

/** More writes than any operation has. */
const MOST_WRITES = 300;

let deaths = 0;
let mostLeaked = 0;

/** Dies before the first write, the second, … until the operation survives. */
async function dieEverywhere(shape: Shape, state: State, operation: Operation): Promise<void> {
  for (let death = 0; death < MOST_WRITES; death++) {
    const stage = new DeathStage<unknown>(shape, NUMBERS);
    state.set(stage);
    if (operation.before?.(stage) === false) return;
    const mayTake = typeof operation.mayTake === "number" ? operation.mayTake : operation.mayTake(shape);
    const died = stage.die(stage.victim, death, mayTake, () => operation.run(stage));
    try {
      stage.repair(stage.victim);
      await stage.finish();
      mostLeaked = Math.max(mostLeaked, stage.leak());
      expect(stage.leak(), "words lost").toBeLessThanOrEqual(MOST_LEAKED);
    } catch (error) {
      throw new Error(`state: ${state.name}; death before write ${death + 1}; ${(error as Error).message}`, { cause: error });
    }
    deaths++;
    if (!died) return;
  }
  throw new Error(`more than ${MOST_WRITES} writes`);
}

/** Words: a header and its ring, the victim's record of a wait and those of a select's cases. */
const MOST_LEAKED = 400;

describe.each(ALL)("a thread that dies, %s", { tags: ["deep"] }, (_name, shape) => {
  test.each(OPERATIONS.map((operation): [string, Operation] => [operation.name, operation]))("in %s", async (_its, operation) => {
    for (const state of STATES) if (state.fits(shape) && (operation.fits?.(state, shape) ?? true)) await dieEverywhere(shape, state, operation);
  });
});

afterAll(() => console.log(`${deaths} deaths, at most ${mostLeaked} words lost`));
