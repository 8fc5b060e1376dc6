/** The first screen, in all its forms. */
import { describe, expect, it } from "vitest";
import { printScreen, type Next, type ScreenStyle } from "../../../src/cli/print/screen.ts";
import { painter } from "../../../src/cli/print/table.ts";
import { ascii } from "../../../src/cli/terminal/characters.ts";
import type { Result } from "../../../src/lab/result.ts";
import { fakeHeadline, fakeResult } from "./fake-result.ts";

const headline = await fakeHeadline({ designs: ["G1", "G6"], processors: 2 });
const NEXT: Next = [["See it run", "npm run warren -- trace gophers"], ["Pictures", "npm start -- -o talk.html"], ["Everything measured", "npm start -- -v"], ["What the words mean", "docs/measuring.md"]];
const style: ScreenStyle = { width: 100, paint: painter(false), plain: false };

describe("printScreen", () => {
  it.each([100, 60, 40])("prints the golden screen of %d columns: at most 30 lines at 100, none too long", async (width) => {
    const text = printScreen(headline, NEXT, { ...style, width });
    const lines = text.split("\n");
    expect(lines.length).toBeLessThanOrEqual(width === 100 ? 30 : 45);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/screen/${width}.txt`);
  });

  it("prints whole sentences in words for screen readers, in ASCII, without bars and columns", async () => {
    const text = ascii(printScreen(headline, NEXT, { ...style, plain: true }));
    expect(text).toMatch(/^[\n\x20-\x7e]+$/);
    expect(text).not.toMatch(/#| {3}/);
    await expect(`${text}\n`).toMatchFileSnapshot("golden/screen/plain.txt");
  });

  it("keeps its columns in ASCII", async () => {
    await expect(`${ascii(printScreen(headline, NEXT, style))}\n`).toMatchFileSnapshot("golden/screen/ascii.txt");
  });

  it("counts no colours when it breaks lines", () => {
    const colours = printScreen(headline, NEXT, { ...style, paint: painter(true) });
    // oxlint-disable-next-line no-control-regex -- colours are what is taken away
    expect(colours.replace(/\u001b\[\d+m/g, "")).toBe(printScreen(headline, NEXT, style));
  });

  it("has bars as long as their times, the longest of each world whole", () => {
    const bars = [...printScreen(headline, [], style).matchAll(/([█▌]+) ([\d.]+) ms/g)].map(([, bar, ms]) => ({ halves: [...(bar as string)].reduce((sum, each) => sum + (each === "█" ? 2 : 1), 0), ms: Number(ms) }));
    expect(bars).toHaveLength(16);
    for (let first = 0; first < 16; first += 4) {
      const world = bars.slice(first, first + 4);
      const longest = Math.max(...world.map(({ ms }) => ms));
      for (const { halves, ms } of world) expect(Math.abs(halves - (48 * ms) / longest)).toBeLessThanOrEqual(1);
    }
  });

  const withWarnings = (warnings: readonly string[], more: Partial<Result> = {}): string => printScreen({ ...headline, env: { ...headline.env, warnings }, ...more }, [], style);

  it("says in one line what makes the figures doubtful, and how many doubts more there are", () => {
    expect(withWarnings([])).not.toContain("Doubt");
    expect(withWarnings(["the machine is busy: load 3.10 on 2 cores"])).toMatch(/^Doubt: the machine is busy: load 3\.10 on 2 cores\.$/m);
    expect(withWarnings(["one", "two", "three"])).toContain("Doubt: one (2 more: -v).");
    expect(withWarnings(["one"], { config: { ...headline.config, interrupted: true, blocksDone: 2 } })).toContain("Doubt: interrupted after 2 whole blocks of 6 (1 more: -v).");
  });

  it("names the checks that failed", () => {
    const checks = [{ name: "each book once", ok: false, detail: "" }, { name: "carts conserved", ok: true, detail: "" }];
    expect(withWarnings([], { checks })).toContain("1 of 2 checks FAILED: each book once.");
    expect(withWarnings([], { checks: checks.slice(1) })).toContain("The one check held.");
  });

  it("says nothing of gains that have no interval, says how exact the others are, and marks worlds that are noisy", async () => {
    const few = await fakeHeadline({ designs: ["G1", "G6"], blocks: 2 });
    expect(printScreen(few, [], style)).toMatch(/^Gophers that WAIT$/m);
    expect(printScreen(few, [], style)).toContain("fewer than 6 blocks: no intervals");
    expect(withWarnings([])).toMatch(/^Gophers that WAIT: .* \(±\d %\)$/m);
    expect(printScreen(await fakeHeadline({ designs: ["G1", "G6"], noise: 0.6 }), [], style)).toMatch(/^Gophers that WAIT: .* \(noisy: ±\d\d %\)$/m);
  });

  it("names the designs where there are more than two", async () => {
    expect(printScreen(await fakeResult(), [], style)).toMatch(/^ {2}G7 eight gophers, 2 threads {1,2}█/m);
  });
});
