/**
 * The dot product in native code: OpenBLAS's ddot, and where there is no OpenBLAS a plain
 * C loop on pthreads that says what the machine's memory gives.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../src/lab/machine/other-programs.ts";
import type { Contestant } from "../rounds/contestant.ts";
import { build, findProgram } from "./program.ts";
import type { Rivals, Wanted } from "./rival.ts";
import { DOT_ELEMENTS } from "./scenarios.ts";

/** Shown in place of the figures where there is no C compiler. */
const CC_MISSING = "cc is not installed (Debian: apt-get install gcc)";
/** Shown where the compiler does not find OpenBLAS. */
const OPENBLAS_MISSING = "OpenBLAS is not installed (Debian: apt-get install libopenblas-dev)";

/** A program in C: `arguments` end its command line. */
interface NativeRival {
  readonly side: string;
  readonly source: string;
  readonly flags: readonly string[];
  readonly arguments: (threads: number) => readonly string[];
}

/** Eight lanes of multiply and add; other processors get what their compiler finds. */
const SIMD_FLAGS = process.arch === "x64" ? ["-mavx2", "-mfma"] : ["-mcpu=native"];

const OPENBLAS: NativeRival = { side: "openblas", source: "openblas.c", flags: ["-O3", "-lopenblas", "-lm"], arguments: () => [] };
const PTHREADS: NativeRival = { side: "c-pthreads", source: "c-pthreads.c", flags: ["-O3", ...SIMD_FLAGS, "-ffast-math", "-pthread", "-lm"], arguments: (threads) => [`${threads}`] };

const ABOUT_MS = 500;
const NONE: Rivals = { contestants: [], skipped: [], failures: [] };

/** OpenBLAS, or the C loop, if `dot` is wanted; the C compiler is `cc` on PATH, or what CC names. */
export async function findNativeDot(wanted: Wanted, threadCounts: readonly number[]): Promise<Rivals> {
  if (!wantedThreads(OPENBLAS, wanted, threadCounts).length) return NONE;
  const compiler = findProgram("cc", "CC");
  if (compiler === null) return { ...NONE, skipped: [{ side: OPENBLAS.side, reason: CC_MISSING }] };
  try {
    return await findRival(OPENBLAS, compiler, wanted, threadCounts);
  } catch (error) {
    if (!/cblas\.h|lopenblas/.test((error as Error).message)) throw error;
    const loop = await findRival(PTHREADS, compiler, wanted, threadCounts);
    return { ...loop, skipped: [{ side: OPENBLAS.side, reason: OPENBLAS_MISSING }] };
  }
}

function wantedThreads({ side }: NativeRival, wanted: Wanted, threadCounts: readonly number[]): number[] {
  return threadCounts.filter((threads) => wanted({ scenario: "dot", side, form: "", threads }));
}

async function findRival(rival: NativeRival, compiler: string, wanted: Wanted, threadCounts: readonly number[]): Promise<Rivals> {
  const folder = dirname(fileURLToPath(import.meta.url));
  const program = await build({
    compiler,
    versionFlag: "--version",
    sources: [`${folder}/${rival.source}`, `${folder}/dot-trial.h`],
    folder,
    arguments: (output) => [rival.source, "-o", output, ...rival.flags],
  });
  const version = shortVersion(await runProgram(program, ["version"]));
  const contestants = wantedThreads(rival, wanted, threadCounts).map((threads): Contestant => ({
    subject: { scenario: "dot", side: rival.side, form: "", threads, version },
    aboutMs: ABOUT_MS,
    measure: async ({ timeMs }, signal) => {
      const printed = await runProgram(program, [`${DOT_ELEMENTS}`, `${timeMs}`, ...rival.arguments(threads)], { env: { OPENBLAS_NUM_THREADS: `${threads}`, OMP_NUM_THREADS: `${threads}` }, signal });
      return { value: Number(printed) };
    },
  }));
  return { ...NONE, contestants };
}

/** "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH … Zen MAX_THREADS=64" as "0.3.21 Zen"; others as they are. */
function shortVersion(version: string): string {
  const words = version.trim().split(/\s+/).filter((word) => !/^[A-Z_]+(=.*)?$/.test(word) && word !== "OpenBLAS");
  return words.join(" ");
}
