import { expect, test } from "vitest";
import { usualChoice } from "../../../src/lab/watch/choices.ts";
import type { Choice } from "../../../src/lab/watch/protocol.ts";
import { gainsMessage, type GainsMessage } from "../../../src/lab/watch/session/measuring.ts";
import { gainsOfCells } from "../../../src/lab/figures/gains.ts";
import { fakeResult, type FakeTrial } from "../../cli/print/fake-result.ts";
import { withTrace } from "../../cli/print/fake-trace.ts";

/** The message of a measurement made up, of G1 and a design. */
async function told(choice: Partial<Choice>, trial: FakeTrial = {}): Promise<GainsMessage> {
  const whole = { ...usualChoice(2), ...choice };
  const untraced = await fakeResult({ worlds: [whole.world], designs: [...new Set(["G1", whole.design])], threads: [...new Set([1, whole.threads])], blocks: 6, ...trial });
  const result = withTrace(untraced, trial.processors ?? Infinity);
  const message = gainsMessage(whole, trial.blocks ?? 6, 12, { ...result, gains: gainsOfCells(result.cells, result.config) });
  if (message === null) throw new Error("the cells give no gains");
  return message;
}

test("structure without threads", async () => {
  const { bars, structure, threads, verdict } = await told({ world: "wait" });
  expect(bars.map(({ label }) => label)).toEqual(["one gopher, 1 thread", "one gopher, 2 threads", "four gophers, 1 thread", "four gophers, 2 threads"]);
  expect(structure.value).toBeCloseTo(4, 0);
  expect(structure.low).toBeLessThan(structure.value);
  expect(structure.high).toBeGreaterThan(structure.value);
  expect(threads.value).toBeCloseTo(1, 0);
  expect(verdict).toMatch(/^The structure of G6 gains \d\.\d\d× on one thread\. Two threads add nothing\. Concurrent only: /);
});

test("structure that lets threads gain", async () => {
  expect((await told({ world: "cpu" })).verdict).toMatch(/^The structure of G6 alone gains nothing\. Two threads gain \d\.\d\d×\. Parallel: threads ran at the same time, each on a core\.$/);
});

test("threads that take turns on one core: the words say so", async () => {
  expect((await told({ world: "cpu" }, { processors: 1 })).verdict).toBe("The structure of G6 alone gains nothing. Two threads did not get a core each: they took turns, so this does not show what threads can gain. Time-sliced: threads overlapped by the clock but shared one core.");
});

test("too few rounds: no interval, and when it comes", async () => {
  const { structure, verdict } = await told({ world: "wait" }, { blocks: 2 });
  expect([structure.low, structure.high]).toEqual([null, null]);
  expect(verdict).toMatch(/^So far, the structure of G6 gives .*× on one thread\. So far, two threads give .*×\. .* Intervals come with round 6\.$/);
});

test("one gopher has no structure, and one thread is one", async () => {
  const { structure, threads, together, verdict } = await told({ design: "G1", threads: 1 });
  expect([structure.value, threads.value, together.value]).toEqual([1, 1, 1]);
  expect(verdict).toMatch(/^One gopher alone has no structure to gain by\. There is one thread only\. /);
});
