/**
 * Programs of the lab, which measures them with intervals (`warren dot`, `warren gophers`):
 * the scenarios dot and gophers.
 */
import { start } from "../../src/index.ts";
import { median } from "../../src/lab/figures/statistics.ts";
import { predictNs } from "../../src/lab/talk/gophers/finish.ts";
import { EVEN } from "../../src/lab/talk/gophers/model.ts";
import { clearVectors, layVectors, multiply, warm, type Kernel } from "../../workers/dot.ts";
import { calibrate, designOf, gophers, type DesignId, type GopherConfig, type World } from "../../workers/gophers.ts";
import { DOT_ELEMENTS } from "../rivals/scenarios.ts";
import { figureOf, type Configuration, type Figure } from "./figure.ts";

const WARM_UP_MS = 500;
/** Both vectors are read. */
const BYTES_PER_ELEMENT = 16;

/**
 * The dot product of two vectors that no cache holds, in chunks, on as many threads as the
 * configuration says. The vectors lie in shared memory, and the value is bytes read a nanosecond.
 */
export async function measureDot(configuration: Configuration): Promise<Figure> {
  const { threads, runs, runMs } = configuration;
  const kernel = configuration.form as Kernel;
  await using runtime = await start({ threads });
  const vectors = await runtime.spawn(layVectors, { size: DOT_ELEMENTS, numbers: "whole" });
  const how = { kernel, variant: "chunks" as const };
  await Promise.all(Array.from({ length: threads }, (_, thread) => runtime.spawn.on(thread)(warm, vectors, { kernel, variant: "loop" }, WARM_UP_MS)));
  const { wallNs } = await runtime.spawn(multiply, vectors, { ...how, repeats: 8 });
  const repeats = Math.max(1, Math.round((runMs * 1e6) / (wallNs / 8)));
  const rates: number[] = [];
  while (rates.length < runs) {
    const products = await runtime.spawn(multiply, vectors, { ...how, repeats });
    mustHold(products.checks);
    rates.push((BYTES_PER_ELEMENT * DOT_ELEMENTS * repeats) / products.wallNs);
  }
  await runtime.spawn(clearVectors, vectors);
  return figureOf(configuration, "GB/s", median(rates), rates);
}

/** Length of a step, milliseconds: many times the grain of a timer. */
const UNIT_MS = 5;
/** Loads of a run: a whole number for two lanes, and some hundred milliseconds for one gopher. */
const LOADS_PER_SECOND = 40;
const LEAST_LOADS = 12;

/**
 * Two gopher designs beside their model: G4 in the cpu world gains from threads alone, G6
 * in the wait world from structure alone. The value is milliseconds a cart-load.
 */
export async function measureGophers(configuration: Configuration): Promise<Figure> {
  const { form, threads, runs, runMs } = configuration;
  const [id, world] = form.split(" ") as [DesignId, World];
  const loads = Math.max(LEAST_LOADS, 2 * Math.round((LOADS_PER_SECOND * runMs) / 2000));
  const config: GopherConfig = { design: id, world, loads, booksPerCart: 1, steps: EVEN, unitMs: UNIT_MS, unitIterations: calibrate(UNIT_MS) };
  await using runtime = await start({ threads });
  await runtime.spawn(gophers, { ...config, loads: LEAST_LOADS });
  const times: number[] = [];
  while (times.length < runs) {
    const { wallNs, checks } = await runtime.spawn(gophers, config);
    mustHold(checks);
    times.push(wallNs / 1e6 / loads);
  }
  const model = predictNs({ design: designOf(id), steps: EVEN, world, threads, loads }, UNIT_MS) / 1e6 / loads;
  return { ...figureOf(configuration, "ms", median(times), times), model };
}

function mustHold(checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[]): void {
  for (const { name, ok, detail } of checks) if (!ok) throw new Error(`${name}: ${detail}`);
}
