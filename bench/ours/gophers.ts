/**
 * Two gopher designs beside their model: G4 in the cpu world gains from threads
 * alone, G6 in the wait world from structure alone. The value is milliseconds a
 * cart-load; the lab measures all designs, with intervals (`warren gophers`).
 */
import { start } from "../../src/index.ts";
import { predictNs } from "../../src/lab/talk/gophers/finish.ts";
import { calibrate, designOf, gophers, type DesignId, type GopherConfig, type World } from "../../workers/gophers.ts";
import { median } from "../rivals/outcome.ts";
import { figureOf, type Configuration, type Figure } from "./figure.ts";

const STEPS = { L: 1, M: 1, U: 1, R: 1, D: 1, W: 0 };
/** Length of a step, milliseconds: many times the grain of a timer. */
const UNIT_MS = 5;
/** Loads of a run: a whole number for two lanes, and some hundred milliseconds for one gopher. */
const LOADS_PER_SECOND = 40;
const LEAST_LOADS = 12;

/** Milliseconds a cart-load, beside the model's. */
export async function measureGophers(configuration: Configuration): Promise<Figure> {
  const { form, threads, runs, runMs } = configuration;
  const [id, world] = form.split(" ") as [DesignId, World];
  const loads = Math.max(LEAST_LOADS, 2 * Math.round((LOADS_PER_SECOND * runMs) / 2000));
  const config: GopherConfig = { design: id, world, loads, booksPerCart: 1, steps: STEPS, unitMs: UNIT_MS, unitIterations: calibrate(UNIT_MS) };
  await using runtime = await start({ threads });
  await runtime.spawn(gophers, { ...config, loads: LEAST_LOADS });
  const times: number[] = [];
  while (times.length < runs) {
    const { wallNs, checks } = await runtime.spawn(gophers, config);
    for (const { name, ok, detail } of checks) if (!ok) throw new Error(`${name}: ${detail}`);
    times.push(wallNs / 1e6 / loads);
  }
  const model = predictNs({ design: designOf(id), steps: STEPS, world, threads, loads }, UNIT_MS) / 1e6 / loads;
  return { ...figureOf(configuration, "ms", median(times), times), model };
}
