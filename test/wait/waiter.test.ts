/** Waits: ended before, while or after their owner parks, by its own thread or another. */
import { expect, test } from "vitest";
import { OUTCOME, waiter } from "../../src/memory/layout.ts";
import { REASON_PLACE } from "../../src/wait/wait-reason.ts";
import type { Finisher } from "../../src/wait/wait.ts";
import { unclaim } from "../../src/wait/waiter-state.ts";
import { type HandMadeThread, handMadeWorld } from "./hand-made.ts";

const FINISHER: Finisher = { finish: (wait) => `over ${wait.reason}`, withdraw: () => false, describe: () => "a test" };

function end(by: HandMadeThread, record: number): void {
  by.waiters.claim(record, OUTCOME.ok);
  by.waiters.complete(record);
}

test("a wait that is over before its owner parks does not park, once", () => {
  const { main, other } = handMadeWorld();
  for (let round = 0; round < 10; round++) {
    const wait = other.waiters.acquire(REASON_PLACE.wait, FINISHER, 1);
    end(main, wait.record);
    expect(other.waiters.suspend(wait, 1)).toBe("over wait");
    const next = other.waiters.acquire(REASON_PLACE.wait, FINISHER, 1);
    expect(next.record).toBe(wait.record);
    const parked = other.waiters.suspend(next, 1);
    expect([parked instanceof Promise, other.waiters.parked]).toEqual([true, 1]);
    end(main, next.record);
    other.pump();
    expect(other.waiters.parked).toBe(0);
  }
});

test("one that has parked goes on when another thread or its own ends it", async () => {
  const { main, other } = handMadeWorld();
  for (const by of [main, other]) {
    const wait = other.waiters.acquire(REASON_PLACE.lock, FINISHER);
    const parked = other.waiters.suspend(wait, 0);
    end(by, wait.record);
    other.pump();
    expect([await parked, other.waiters.parked]).toEqual(["over lock", 0]);
  }
});

test("a claim that is taken back leaves the wait as it was", async () => {
  const { main, other } = handMadeWorld();
  const wait = other.waiters.acquire(REASON_PLACE.lock, FINISHER);
  const parked = other.waiters.suspend(wait, 0);
  main.waiters.claim(wait.record, OUTCOME.ok);
  unclaim(main.arena.i32, wait.record);
  other.completeGranted();
  expect(other.waiters.parked).toBe(1);
  end(main, wait.record);
  other.pump();
  expect(await parked).toBe("over lock");
});

test("when memory is short, the records of many waits go back, but not before all threads have answered twice", () => {
  const { main, other, victim } = handMadeWorld();
  main.arena.reclaim();
  const { used, largest } = main.arena.use();
  const waits = Array.from({ length: 5000 }, () => other.waiters.acquire(REASON_PLACE.wait, FINISHER));
  expect(main.arena.use().used - used).toBeGreaterThan(4900 * 64);
  for (const wait of waits) other.waiters.release(wait);
  // A thread that does not answer may have died while it ended one of these waits.
  const answer = victim.answer.bind(victim);
  victim.answer = () => undefined;
  for (let k = 0; k < 3; k++) main.arena.reclaim();
  expect(main.arena.use().used - used).toBeGreaterThan(4900 * 64);
  victim.answer = answer;
  for (let k = 0; k < 2; k++) main.arena.reclaim();
  expect(main.arena.use().largest).toBeGreaterThanOrEqual(largest - 65_536);
  expect(main.arena.use().used - used).toBeLessThanOrEqual(64 * 64);
  // The places of the freed records are used again.
  const again = Array.from({ length: 200 }, () => other.waiters.acquire(REASON_PLACE.wait, FINISHER));
  expect(new Set(again.map(({ record }) => other.arena.i32[record + waiter.slot])).size).toBe(200);
  const parked = again.map((wait) => other.waiters.suspend(wait, 0));
  expect(parked.every((each) => each instanceof Promise)).toBe(true);
  for (const { record } of again) end(main, record);
  other.pump();
  expect(other.waiters.parked).toBe(0);
});
