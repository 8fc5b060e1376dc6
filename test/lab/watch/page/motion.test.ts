/** Things that glide on the live page, without a browser. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";

type Motion = typeof import("../../../../src/lab/watch/page/view/motion.js");

let motion: Motion;
beforeAll(async () => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  motion = await import("../../../../src/lab/watch/page/view/motion.js");
});
afterAll(() => {
  vi.unstubAllGlobals();
});

/** As much of an element as a mover needs. */
type Element = ConstructorParameters<Motion["Mover"]>[0];
const element = (): Element => ({ getAttribute: () => null, setAttribute: () => undefined }) as unknown as Element;

test("a thing that glides to a place which moves itself stays between where it was and where the place is", () => {
  const mover = new motion.Mover(element());
  mover.place(0, "away", { x: 100, y: 40 });
  expect([mover.x, mover.y]).toEqual([100, 40]);
  for (let now = 1000; now <= 1130; now += 10) {
    // the place goes back towards where the thing was, faster than it glides
    const place = (now - 1000) / 2;
    const glides = mover.place(now, "there", { x: place, y: 40 });
    expect(mover.x).toBeGreaterThanOrEqual(Math.min(100, place));
    expect(mover.x).toBeLessThanOrEqual(100);
    expect(mover.y).toBe(40);
    expect(glides).toBe(now < 1120);
  }
  expect(mover.x).toBe(65);
});

test("it begins at its first place, and follows its place without gliding while it does the same", () => {
  const mover = new motion.Mover(element());
  for (const x of [3, 50, -7]) {
    expect(mover.place(x, "same", { x, y: -x })).toBe(false);
    expect([mover.x, mover.y]).toEqual([x, -x]);
  }
});
