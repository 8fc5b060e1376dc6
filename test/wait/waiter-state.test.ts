/** The transitions of a wait's state, each with all its outcomes, and that no other file knows the bits. */
import { beforeEach, expect, test } from "vitest";
import { Arena } from "../../src/memory/arena.ts";
import { OUTCOME, WAITER_WORDS, waiter } from "../../src/memory/layout.ts";
import { decide, isClaimedBy, isClaimedOrDone, isDone, isDoneHere, outcomeOf, transitionToClaimed, transitionToDone, transitionToDoneHere, transitionToParked, transitionToWaiting, unclaim } from "../../src/wait/waiter-state.ts";
import { sourcesOf } from "../structure/sources.ts";

/** A lock id with all its seven bits. */
const LAST = 127;
const arena = Arena.create(1, 2_097_152);
const { i32 } = arena;
const record = arena.alloc(WAITER_WORDS);

beforeEach(() => {
  i32[record + waiter.decider] = record;
  transitionToWaiting(i32, record, false);
});

test("a wait begins undecided, claimed by nobody", () => {
  expect([isDone(i32, record), isDoneHere(i32, record), isClaimedOrDone(i32, record), isClaimedBy(i32, record, 1), outcomeOf(i32, record)]).toEqual([false, false, false, false, OUTCOME.pending]);
});

test("it parks unless it has ended", () => {
  expect(transitionToParked(i32, record)).toBe(true);
  transitionToDone(i32, record);
  expect(transitionToParked(i32, record)).toBe(false);
});

test("the thread that ends it learns whether the owner has parked", () => {
  expect(transitionToDone(i32, record)).toBe(false);
  transitionToWaiting(i32, record, true);
  expect(transitionToDone(i32, record)).toBe(true);
  expect([isDone(i32, record), isDoneHere(i32, record)]).toEqual([true, true]);
});

test("its own thread ends it, too", () => {
  transitionToDoneHere(i32, record);
  expect([isDone(i32, record), isClaimedOrDone(i32, record)]).toEqual([true, true]);
});

test.each([1, LAST])("it is claimed once: by the thread with lock id %i", (claimer) => {
  for (const isParked of [false, true]) {
    transitionToWaiting(i32, record, isParked);
    expect(transitionToClaimed(i32, record, claimer)).toBe(true);
    expect(transitionToClaimed(i32, record, claimer ^ 2)).toBe(false);
    expect([isClaimedBy(i32, record, claimer), isClaimedBy(i32, record, claimer ^ 2), isDone(i32, record)]).toEqual([true, false, false]);
    expect(transitionToParked(i32, record)).toBe(true);
    expect(isClaimedBy(i32, record, claimer)).toBe(true);
  }
});

test("one that has ended cannot be claimed", () => {
  transitionToDone(i32, record);
  expect(transitionToClaimed(i32, record, 1)).toBe(false);
});

test.each([1, LAST])("its outcome and who decided it outlive its end: lock id %i", (claimer) => {
  for (const outcome of Object.values(OUTCOME).filter((value) => value !== OUTCOME.pending)) {
    transitionToWaiting(i32, record, true);
    decide(i32, record, outcome, claimer);
    expect([isClaimedOrDone(i32, record), isDone(i32, record)]).toEqual([true, false]);
    transitionToDone(i32, record);
    expect([outcomeOf(i32, record), isClaimedBy(i32, record, claimer), isClaimedBy(i32, record, claimer ^ 2)]).toEqual([outcome, true, false]);
  }
});

test("a claim that is taken back leaves it waiting, parked if it was", () => {
  for (const isParked of [false, true]) {
    transitionToWaiting(i32, record, isParked);
    transitionToClaimed(i32, record, LAST);
    decide(i32, record, OUTCOME.ok, LAST);
    unclaim(i32, record);
    expect([isClaimedOrDone(i32, record), isClaimedBy(i32, record, LAST), outcomeOf(i32, record)]).toEqual([false, false, OUTCOME.pending]);
    expect(transitionToClaimed(i32, record, 1)).toBe(true);
    expect(transitionToDone(i32, record)).toBe(isParked);
  }
});

test("a claim is taken back from the record that decides", () => {
  const oneCase = arena.alloc(WAITER_WORDS);
  i32[oneCase + waiter.decider] = record;
  transitionToClaimed(i32, record, 1);
  unclaim(i32, oneCase);
  expect(isClaimedOrDone(i32, record)).toBe(false);
});

test("no other file touches the words of the state", () => {
  const others = sourcesOf("src").filter(({ code, path }) => path !== "src/wait/waiter-state.ts" && /\bwaiter\.(state|outcome)\b/.test(code));
  expect(others.map(({ path }) => path)).toEqual([]);
});
