/** The playhead: where it is on each frame. */
import { describe, expect, test } from "vitest";
import { Player } from "../../../../src/lab/watch/page/story/player.js";
import { seededRandom } from "../../../../workers/chance.ts";

const FRAME = 1000 / 60;

/** Plays a run of which every `batchMs` is heard, with steps of a length; gives the time shown on each frame. */
function live(seconds: number, stepMs: number, batchMs = 50, seed = 1): { readonly now: number; readonly t: number; readonly horizonMs: number; readonly delayMs: number }[] {
  const player = new Player();
  const random = seededRandom(seed);
  const frames: { now: number; t: number; horizonMs: number; delayMs: number }[] = [];
  let [heardMs, longestStepMs] = [0, 0];
  for (let now = 5000; now < 5000 + seconds * 1000; now += FRAME) {
    const run = now - 5000;
    if (run - heardMs > batchMs * (1 + random())) {
      heardMs = run - 10 * random();
      player.heard(now, heardMs);
    }
    longestStepMs = heardMs > stepMs ? stepMs : longestStepMs;
    // A step that has begun and whose end is not heard yet.
    const horizonMs = Math.floor(heardMs / stepMs) * stepMs;
    frames.push({ now, t: player.frame(now, { horizonMs, wallMs: null, longestStepMs }), horizonMs, delayMs: player.delayMs });
  }
  return frames;
}

describe("live", () => {
  test.each([20, 100, 300, 900])("steps of %i ms: it never passes what is known, and never goes back", (stepMs) => {
    const frames = live(20, stepMs);
    for (const [k, { t, horizonMs }] of frames.entries()) {
      expect(t).toBeLessThanOrEqual(horizonMs);
      if (k > 0) expect(t).toBeGreaterThanOrEqual(frames[k - 1]!.t);
    }
  });

  test.each([20, 100, 300, 900])("steps of %i ms: after a while it runs evenly, behind by the delay that it states", (stepMs) => {
    const frames = live(30, stepMs).slice(-300);
    for (const [k, { now, t, delayMs }] of frames.entries()) {
      expect(Math.abs(now - 5000 - t - delayMs)).toBeLessThan(120);
      if (k === 0) continue;
      const speed = (t - frames[k - 1]!.t) / FRAME;
      expect(speed).toBeGreaterThan(0.8);
      expect(speed).toBeLessThan(1.25);
    }
  });

  test("the delay is the longest step and some more", () => {
    const { delayMs } = live(10, 300).at(-1)!;
    expect(delayMs).toBe(300 * 1.3 + 150);
  });

  test("far behind, it jumps to what happens now", () => {
    const player = new Player();
    const known = { horizonMs: 100_000, wallMs: null, longestStepMs: 100 };
    player.heard(0, 0);
    player.frame(0, known);
    player.frame(60_000, known);
    expect(player.t).toBeGreaterThan(59_000);
  });
});

describe("a short run", () => {
  test.each([[2, 5000], [20, 500], [100, 100], [1500, 10], [2900, 5]])("of %i ms is shown again, 1/%i as fast", (wallMs, slower) => {
    const player = new Player();
    player.over(wallMs);
    expect([player.mode, player.slower, player.isAutomatic, player.t]).toEqual(["replay", slower, true, 0]);
    expect(wallMs * slower).toBeLessThanOrEqual(18_000);
  });

  test("a long one goes on live", () => {
    const player = new Player();
    player.over(3000);
    expect([player.mode, player.slower]).toEqual(["live", 1]);
  });
});

describe("replay", () => {
  const known = { horizonMs: 1000, wallMs: 1000, longestStepMs: 100 };

  test("half as fast takes twice as long, and it stops at the end", () => {
    const player = new Player();
    player.replayAll(1000);
    player.setSpeed(2);
    for (let k = 0; k <= 60; k++) player.frame(k * FRAME, known);
    expect(player.t).toBeCloseTo(500, 6);
    for (let k = 61; k <= 200; k++) player.frame(k * FRAME, known);
    expect(player.t).toBe(1000);
    expect(player.isAtEnd(known)).toBe(true);
    player.pauseOrPlay(known);
    expect([player.t, player.isPaused]).toEqual([0, false]);
  });

  test("at the end of what is known it waits until more is known", () => {
    const player = new Player();
    player.seek(900);
    for (let k = 0; k <= 60; k++) player.frame(k * FRAME, { ...known, wallMs: null });
    expect(player.t).toBe(1000);
    player.frame(61 * FRAME, { horizonMs: 2000, wallMs: null, longestStepMs: 100 });
    expect(player.t).toBeGreaterThan(1000);
  });

  test("paused, nothing moves; a step goes to its mark and stays", () => {
    const player = new Player();
    player.seek(100);
    player.pauseOrPlay(known);
    player.frame(0, known);
    player.frame(FRAME, known);
    expect(player.t).toBe(100);
    player.stepTo(140, false);
    const shown = Array.from({ length: 40 }, (_, k) => player.frame((k + 2) * FRAME, known));
    expect(shown.toSorted((a, b) => a - b)).toEqual(shown);
    expect(shown.at(-1)).toBe(140);
    player.stepTo(120, false);
    expect(player.frame(43 * FRAME, known)).toBe(120);
    player.stepTo(130, true);
    expect(player.frame(44 * FRAME, known)).toBe(130);
  });

  test("back to live while the run goes on", () => {
    const player = new Player();
    player.heard(0, 0);
    player.setSpeed(10);
    player.frame(0, { horizonMs: 900, wallMs: null, longestStepMs: 100 });
    expect(player.mode).toBe("replay");
    player.toLive({ horizonMs: 900, wallMs: null, longestStepMs: 100 });
    expect([player.mode, player.slower, player.isPaused]).toEqual(["live", 1, false]);
  });
});
