/** Which fits a result carries and which are refused; the laws themselves: scaling.test.ts. */
import { describe, expect, it } from "vitest";
import { isFitted, serialText, type Fit, type ScalingLaw } from "../../../src/lab/fit.ts";
import { fitLines } from "../../../src/cli/print/fit-lines.ts";
import { fitsOf, throughputAt } from "../../../src/lab/figures/scaling.ts";
import type { Result } from "../../../src/lab/result.ts";
import { fakeResult } from "../../cli/print/fake-result.ts";

/** A result in which every cell follows `law`, times `wobble` of its index. */
async function following(law: ScalingLaw, threads: number[], wobble: (index: number) => number = () => 1): Promise<Result> {
  const result = await fakeResult({ worlds: ["cpu"], designs: ["G7"], threads, noise: 0 });
  const cells = result.cells.map((cell, index) => ({ ...cell, summary: { ...cell.summary, medianNs: (cell.items * 1e9) / (throughputAt(law, cell.threads) * wobble(index)) } }));
  return { ...result, cells, env: { ...result.env, usable: 8 } };
}

const only = (result: Result): Fit => fitsOf(result)[0] as Fit;

describe("fitsOf", () => {
  it("fits each design of each world, threads rising, whatever the order of the cells", async () => {
    const result = await fakeResult({ threads: [4, 1, 3, 2], noise: 0 });
    const fits = fitsOf(result);
    expect(fits.map(({ world, design }) => `${world} ${design}`)).toEqual(["cpu G1", "cpu G4", "cpu G6", "cpu G7", "wait G1", "wait G4", "wait G6", "wait G7"]);
    expect(fits.every(({ points }) => points.map(({ threads }) => threads).join() === "1,2,3,4")).toBe(true);
    // the fake G7 computes as fast as there are threads, and gains nothing from them where it waits
    const [computing, waiting] = [fits[3] as Fit, fits[7] as Fit];
    expect(computing.universal).toMatchObject({ sigma: expect.closeTo(0, 6), kappa: expect.closeTo(0, 6), peak: null });
    expect(waiting.universal).toEqual({ refused: "throughput is the same on every number of threads, within 0 %" });
    expect(waiting.serial.map(({ fraction }) => fraction)).toEqual([expect.closeTo(1, 9), expect.closeTo(1, 9), expect.closeTo(1, 9)]);
    expect(computing.oversubscribed).toBe(true);
  });

  it("gives the parameters back, the peak, and throughput at twice the threads", async () => {
    const law = { lambda: 20, sigma: 0.1, kappa: 0.02 };
    const { universal, amdahl, oversubscribed } = only(await following(law, [1, 2, 4, 6, 8]));
    expect(universal).toMatchObject({ lambda: expect.closeTo(20, 3), sigma: expect.closeTo(0.1, 4), kappa: expect.closeTo(0.02, 5), peak: { threads: expect.closeTo(6.708, 2) }, ahead: { threads: 16 } });
    expect(amdahl).toMatchObject({ kappa: 0 });
    expect(oversubscribed).toBe(false);
  });

  it("says nothing of a peak beyond twice the threads measured", async () => {
    const law = { lambda: 20, sigma: 0.02, kappa: 0.01 }; // peak at 9.9
    expect(only(await following(law, [1, 2, 3, 4])).universal).toMatchObject({ peak: null, ahead: { threads: 8 } });
    expect(only(await following(law, [1, 2, 4, 5])).universal).toMatchObject({ peak: { threads: expect.closeTo(9.899, 1) } });
  });

  it("refuses with the reason: too few points, faster than the threads, points on no such curve", async () => {
    const law = { lambda: 20, sigma: 0.1, kappa: 0 };
    expect(only(await following(law, [1, 2, 3]))).toMatchObject({ universal: { refused: "3 thread counts were measured, and a law with three parameters needs 4" }, serial: { length: 2 } });
    expect(only(await following({ lambda: 20, sigma: 0, kappa: 0 }, [1, 2, 3, 4], (index) => 1 + index * 0.1)).universal).toEqual({ refused: "throughput grows faster than the threads, by 30 %, which no such law describes" });
    const zigzag = only(await following({ lambda: 20, sigma: 0.5, kappa: 0 }, [1, 2, 3, 4, 5, 6], (index) => (index % 2 === 0 ? 1 : 0.6)));
    expect(isFitted(zigzag.universal)).toBe(false);
    expect(zigzag.universal).toMatchObject({ refused: expect.stringMatching(/^no such law goes through the points: R² 0\.\d\d, residual \d\d %$/) });
  });

  it("refuses what has no meaning: less than nine tenths explained, a share above the whole, no whole block", async () => {
    // near the points, and yet no law: a measurement that was interrupted gave USL with R² 0.5
    const scattered = only(await following({ lambda: 20, sigma: 0.95, kappa: 0 }, [1, 2, 3, 4, 5, 6], (index) => (index % 2 === 0 ? 1 : 0.94)));
    expect(scattered.universal).toMatchObject({ refused: expect.stringMatching(/^no such law goes through the points: R² 0\.[0-8]/) });
    const falling = only(await following({ lambda: 20, sigma: 1.2, kappa: 0 }, [1, 2, 3, 4, 6, 8]));
    expect(falling.universal).toMatchObject({ refused: "throughput falls faster than if everything were done one at a time, which no such law describes" });
    expect(falling.amdahl).toEqual(falling.universal);
    const whole = await following({ lambda: 20, sigma: 0.1, kappa: 0 }, [1, 2, 3, 4]);
    const broken: Result = { ...whole, config: { ...whole.config, blocksDone: 0, interrupted: true } };
    expect(fitsOf(broken)).toEqual([]);
    expect(fitLines(broken, true)).toEqual([]);
  });

  it("a serial fraction that is none is said in words", async () => {
    const serial = only(await following({ lambda: 20, sigma: 0.1, kappa: 0 }, [1, 2, 3, 4], (index) => [1, 0.4, 1.5, 1][index] as number));
    expect(serialText(serial)).toMatch(/^none, slower than one thread, at 2, none, faster than the threads, at 3, 0\.1 at 4$/);
  });

  it("gives no serial fraction without one thread, and no fit of a single count", async () => {
    expect(only(await following({ lambda: 20, sigma: 0.1, kappa: 0 }, [2, 3, 4, 5]))).toMatchObject({ serial: [] });
    expect(fitsOf(await fakeResult({ threads: [1] }))).toEqual([]);
  });
});

describe("fitLines", () => {
  it("says what was found in one line for each design", async () => {
    expect(fitLines(await following({ lambda: 20, sigma: 0.1, kappa: 0.02 }, [1, 2, 4, 8]), false)).toEqual([
      "How throughput grows over 1, 2, 4 and 8 threads (σ: contention, κ: coherency, e: Karp–Flatt serial fraction):",
      expect.stringMatching(/^ {2}gophers G7, cpu: USL λ 20\.0\/s, σ 0\.1, κ 0\.02 \(R² 1\.000, residual 0\.0 %\): maximum at 6\.71 threads, 2\.87× one thread; Amdahl: \d+ % serial \(R² 0\.\d+, residual [\d.]+ %\); e 0\.14 at 2, .* at 8\.$/),
    ]);
  });

  it("says that a peak is extrapolated, and that threads shared cores", async () => {
    const result = await following({ lambda: 20, sigma: 0.02, kappa: 0.01 }, [1, 2, 4, 6]);
    expect(fitLines(result, false)[1]).toContain("maximum at 9.90 threads, 4.81× one thread (extrapolated)");
    expect(fitLines({ ...result, env: { ...result.env, usable: 2 } }, false).at(-1)).toBe("Some threads had no core of their own (2 cores), so the fits describe the machine as much as the programs.");
  });

  it("is silent where there are too few thread counts, unless asked", async () => {
    const result = await fakeResult();
    expect(fitLines(result, false)).toEqual([]);
    expect(fitLines(result, true)).toEqual(["No scaling law is fitted: 2 thread counts measured, 4 needed."]);
  });
});
