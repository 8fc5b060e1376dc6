/**
 * The dot product in native code: OpenBLAS's ddot, and a plain C loop on
 * pthreads that says what the machine's memory gives where there is no OpenBLAS.
 *
 * OpenBLAS uses threads only above 10,000 elements; below that its figures
 * for more threads are those of one.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../src/lab/machine/other-programs.ts";
import { DOT_ELEMENTS, failureOf, resultOf, type RivalOptions, type RivalOutcome } from "./scenarios.ts";
import { build, findProgram } from "./program.ts";

/** Shown in place of the figures where there is no C compiler. */
const CC_MISSING = "cc is not installed (Debian: apt-get install gcc)";
/** Shown where the compiler does not find OpenBLAS. */
const OPENBLAS_MISSING = "OpenBLAS is not installed (Debian: apt-get install libopenblas-dev)";

/** A program in C: `arguments` end its command line. */
interface NativeRival {
  readonly name: string;
  readonly source: string;
  readonly flags: readonly string[];
  readonly arguments: (threads: number) => readonly string[];
}

/** Eight lanes of multiply and add; other processors get what their compiler finds. */
const SIMD_FLAGS = process.arch === "x64" ? ["-mavx2", "-mfma"] : ["-mcpu=native"];

const RIVALS: readonly NativeRival[] = [
  { name: "openblas", source: "openblas.c", flags: ["-O3", "-lopenblas", "-lm"], arguments: () => [] },
  { name: "c-pthreads", source: "c-pthreads.c", flags: ["-O3", ...SIMD_FLAGS, "-ffast-math", "-pthread", "-lm"], arguments: (threads) => [`${threads}`] },
];

/**
 * Measures `dot` with each of `options.threads`, for vectors of `elements`
 * f64 each; the C compiler is `cc` on PATH, or what CC names.
 */
export async function* measureNativeDot(options: RivalOptions, elements: number = DOT_ELEMENTS): AsyncGenerator<RivalOutcome> {
  for (const rival of RIVALS) {
    if (!options.wanted(rival.name, "dot")) continue;
    try {
      yield* measureRival(rival, options, elements);
    } catch (error) {
      const isMissing = rival.name === "openblas" && /cblas\.h|lopenblas/.test((error as Error).message);
      yield isMissing ? { kind: "skipped", rival: rival.name, reason: OPENBLAS_MISSING } : failureOf(rival.name, "dot", error);
    }
  }
}

async function* measureRival(rival: NativeRival, options: RivalOptions, elements: number): AsyncGenerator<RivalOutcome> {
  const compiler = findProgram("cc", "CC");
  if (compiler === null) {
    yield { kind: "skipped", rival: rival.name, reason: CC_MISSING };
    return;
  }
  const folder = dirname(fileURLToPath(import.meta.url));
  const program = await build({
    compiler,
    versionFlag: "--version",
    sources: [`${folder}/${rival.source}`, `${folder}/dot-trial.h`],
    folder,
    arguments: (output) => [rival.source, "-o", output, ...rival.flags],
  });
  for (const threads of options.threads) {
    const args = [`${elements}`, `${options.runs}`, `${options.runMs}`, ...rival.arguments(threads)];
    const printed = await runProgram(program, args, { env: { OPENBLAS_NUM_THREADS: `${threads}`, OMP_NUM_THREADS: `${threads}` } });
    const [version = "", ...lines] = printed.trim().split("\n");
    const runs = lines.map(Number);
    if (runs.length !== options.runs || !runs.every((run) => run > 0)) throw new Error(`${rival.source} printed ${printed}`);
    const note = elements === DOT_ELEMENTS ? undefined : `${elements} elements`;
    yield resultOf({ rival: rival.name, version: shortVersion(version), scenario: "dot", threads, ...(note && { note }) }, runs);
  }
}

/** "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH … Zen MAX_THREADS=64" as "0.3.21 Zen"; others as they are. */
function shortVersion(version: string): string {
  const words = version.trim().split(/\s+/).filter((word) => !/^[A-Z_]+(=.*)?$/.test(word) && word !== "OpenBLAS");
  return words.join(" ");
}
