import { describe, expect, it } from "vitest";
import { printPlot } from "../../../src/cli/print/plot.ts";
import { curve, type Plot } from "../../../src/lab/plot.ts";

const CARTS = [1, 2, 4, 8, 16, 32];

const SWEEP: Plot = {
  title: "G6: speed-up over G1 by carts", x: { label: "carts", scale: "log" }, y: { label: "speed-up", scale: "linear" },
  series: [
    curve("min(C, 4)", CARTS, (carts) => Math.min(carts, 4)),
    curve("4C/(C+3)", Array.from({ length: 32 }, (_, at) => at + 1), (carts) => (4 * carts) / (carts + 3)),
    { name: "constant times", kind: "measured", points: CARTS.map((x) => ({ x, y: 0.9 * Math.min(x, 4), interval: [0.7 * Math.min(x, 4), Math.min(x, 4)] })) },
    { name: "exponential times", kind: "measured", points: CARTS.map((x) => ({ x, y: (3.6 * x) / (x + 3), interval: null })) },
  ],
};

const DESIGNS: Plot = {
  title: "speed-up over G1", x: { label: "design", scale: "names", names: ["one gopher", "G4", "G6, four of them", "G7"] }, y: { label: "speed-up", scale: "linear" },
  series: [
    { name: "model", kind: "predicted", points: [1, 2, 4, 8].map((y, x) => ({ x, y, interval: null })) },
    { name: "here", kind: "measured", points: [1, 1.9, 3, 7.5].map((y, x) => ({ x, y, interval: null })) },
  ],
};

const ONE: Plot = {
  title: "one point", x: { label: "", scale: "linear" }, y: { label: "P", scale: "linear" },
  series: [{ name: "here", kind: "measured", points: [{ x: 3, y: 0, interval: null }, { x: 3, y: Number.NaN, interval: null }] }],
};

const widest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));

describe("printPlot", () => {
  it("prints the golden plots", async () => {
    const text = [SWEEP, DESIGNS, ONE].map((plot) => printPlot(plot, 80)).join("\n\n");
    await expect(`${text}\n`).toMatchFileSnapshot("golden/plot.txt");
  });

  it("prints the golden plots for 44 columns", async () => {
    const text = [SWEEP, DESIGNS, ONE].map((plot) => printPlot(plot, 44)).join("\n\n");
    await expect(`${text}\n`).toMatchFileSnapshot("golden/plot-44.txt");
  });

  it("keeps to the width and does not grow beyond what is easy to read", () => {
    for (const plot of [SWEEP, DESIGNS, ONE]) {
      for (const width of [40, 61, 80, 200]) expect(widest(printPlot(plot, width))).toBeLessThanOrEqual(Math.min(width, plot === ONE ? width : 110));
    }
    expect(widest(printPlot(DESIGNS, 200))).toBe(78);
  });

  it("shows marks that fall together as several", () => {
    const twice = { ...SWEEP, series: SWEEP.series.map((series) => ({ ...series, points: series.points.map((point) => ({ ...point, y: 1 })) })) };
    const marks = printPlot(twice, 80).split("\n").find((line) => /^ *1 \+/.test(line));
    expect(marks?.match(/\*/g)).toHaveLength(CARTS.length);
    expect(marks).not.toMatch(/[ox]/);
  });
});
