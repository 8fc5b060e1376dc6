/**
 * Go's benchmark format, one line for each cell and block, so that `benchstat`
 * has its samples. An operation is a run; the other figures of a block are
 * further values. Lines that begin with "Unit" say which direction is better;
 * benchstat ignores lines that begin with "#".
 *
 * Source: golang.org/design/14313-benchmark-format; golang.org/x/perf/benchfmt
 * and benchunit for "Unit" lines. Not done: times, load and seed as
 * configuration. benchstat makes one table for each set of configuration
 * values, so what differs from run to run would keep two runs apart.
 */
import { REFERENCES, groupOf } from "../../lab/cell.ts";
import { type CellResult, type Result, type Sample } from "../../lab/result.ts";
import { median } from "../../lab/figures/statistics.ts";
import { blockTimes } from "../../lab/figures/gains.ts";
import { capital } from "../../lab/text.ts";

const GO_SYSTEM: Readonly<Record<string, string>> = { win32: "windows" };
const GO_ARCH: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64", ia32: "386", arm: "arm" };

/** The units and which direction is better; more cores at work are neither. */
const BETTER: readonly (readonly [unit: string, better: "higher" | "lower"])[] = [
  ["ns/op", "lower"], ["ns/item", "lower"], ["C", "higher"], ["P", "higher"], ["S", "higher"], ["MB/s", "higher"], ["Rq", "lower"],
];

/** The result in Go's benchmark format. */
export function printBenchfmt(result: Result): string {
  const { env, tool, config, cells } = result;
  const [system = "unknown", release = "", arch = "unknown"] = env.platform.split(" ");
  const configuration = {
    goos: GO_SYSTEM[system] ?? system, goarch: GO_ARCH[arch] ?? arch, pkg: "warren", cpu: env.cpu, cores: env.cores, usable: env.usable,
    "os-release": release, node: env.node, v8: env.v8, warren: tool.version,
  };
  return [
    ...Object.entries(configuration).map(([key, value]) => `${key}: ${oneLine(String(value))}`),
    ...BETTER.map(([unit, better]) => `Unit ${unit} better=${better}`),
    `# ${oneLine(["warren", ...config.command].join(" "))}; started ${config.startedAt}, seed ${config.seed}, load ${env.load.toFixed(2)}${config.interrupted ? ", interrupted" : ""}`,
    ...cells.flatMap((cell) => linesOf(cell, cells)),
  ].join("\n");
}

/** The lines of one cell, block by block. */
function linesOf(cell: CellResult, all: readonly CellResult[]): string[] {
  const name = `Benchmark${word(capital(cell.program))}/world=${word(cell.world)}/design=${word(cell.design)}-${cell.threads}`;
  const related = (design: string | undefined): ReadonlyMap<number, number> => {
    const found = all.find((other) => other.threads === 1 && other.design === design && groupOf(other) === groupOf(cell));
    return found === undefined ? new Map() : blockTimes(found.samples);
  };
  const base = related(REFERENCES.get(cell.program));
  const single = related(cell.design);
  const runs = Map.groupBy(cell.samples, ({ block }) => block);
  return [...blockTimes(cell.samples)].map(([block, ns]) => {
    const samples = runs.get(block) ?? [];
    const values: (readonly [number, string])[] = [
      [ns, "ns/op"],
      [ns / cell.items, "ns/item"],
      [(base.get(block) ?? Number.NaN) / (single.get(block) ?? Number.NaN), "C"],
      [(single.get(block) ?? Number.NaN) / ns, "P"],
      [(base.get(block) ?? Number.NaN) / ns, "S"],
      [shareOf(samples, "cpuNs"), "Acpu"],
      [shareOf(samples, "runDelayNs"), "Rq"],
      [cell.program === "dot" ? (16 * Number(cell.params["elements"]) * cell.items * 1000) / ns : Number.NaN, "MB/s"],
    ];
    return [name, samples.length, ...values.filter(([value]) => Number.isFinite(value)).map(([value, unit]) => `${decimal(value)} ${unit}`)].join("\t");
  });
}

/** Of the windows of a block's runs, the threads' share: the median over its runs. */
function shareOf(samples: readonly Sample[], field: "cpuNs" | "runDelayNs"): number {
  if (samples.length === 0 || samples.some((sample) => sample[field].length === 0)) return Number.NaN;
  return median(samples.map((sample) => sample[field].reduce((sum, ns) => sum + ns, 0) / sample.windowNs));
}

/** A number as Go's ParseFloat takes it: whole nanoseconds, others to six figures. */
function decimal(value: number): string {
  return value >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(6)));
}

/** A part of a name: without blanks, and without the slash that begins the next part. */
const word = (text: string): string => text.replaceAll(/[\s/]+/g, "_");
const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
