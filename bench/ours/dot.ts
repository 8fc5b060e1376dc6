/**
 * The dot product of two vectors that no cache holds: the scenario dot. The
 * vectors lie in shared memory, and the value is bytes read a nanosecond.
 */
import { start } from "../../src/index.ts";
import { clearVectors, layVectors, multiply, warm, type Kernel } from "../../workers/dot.ts";
import { median } from "../rivals/outcome.ts";
import { DOT_ELEMENTS } from "../rivals/scenarios.ts";
import { figureOf, type Configuration, type Figure } from "./figure.ts";

const WARM_UP_MS = 500;
/** Both vectors are read. */
const BYTES_PER_ELEMENT = 16;

/** GB/s of chunked products on as many threads as the configuration says. */
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
    for (const { name, ok, detail } of products.checks) if (!ok) throw new Error(`${name}: ${detail}`);
    rates.push((BYTES_PER_ELEMENT * DOT_ELEMENTS * repeats) / products.wallNs);
  }
  await runtime.spawn(clearVectors, vectors);
  return figureOf(configuration, "GB/s", median(rates), rates);
}
