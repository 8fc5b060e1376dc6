/** The programs that `warren whatif` knows by name, and any task of a module. */
import { pathToFileURL } from "node:url";
import { simpleBalance } from "../../../../workers/balance.ts";
import { sawzall } from "../../../../workers/sawzall.ts";
import { sieve } from "../../../../workers/sieve.ts";
import { DotProgram } from "../../talk/dot/cells.ts";
import { GopherProgram } from "../../talk/gophers/cells.ts";
import type { DesignId, World } from "../../talk/gophers/grid.ts";
import type { CellProgram } from "../../trial/plan.ts";
import type { Subject } from "./record.ts";

/** Cartloads of a run: enough that its beginning and end count little. Where gophers wait, a load takes five times as long. */
const LOADS: Readonly<Record<World, number>> = { cpu: 24, wait: 12, mixed: 12 };
const WARM_MS = 100;
/** Processors for which the dot product has tasks. */
const DOT_THREADS = 16;
const SIEVE_PRIMES = 120;

/** The gopher designs in some worlds, one subject for each. `carts`: of each team, where the design takes them; `null`: the design's. */
export function gopherSubjects(designs: readonly DesignId[], worlds: readonly World[], carts: number | null = null): Subject[] {
  return worlds.flatMap((world) => designs.map((design): Subject => {
    const program = new GopherProgram({ designs: [design], worlds: [world], threads: [1], unitMs: null, books: null, lanes: null, carts, pile: null, seed: 1 });
    return cellSubject(`gophers ${design}, ${world}`, program, LOADS[world]);
  }));
}

/** The dot product in chunks. */
export function dotSubject(size: { readonly label: string; readonly size: number }): Subject {
  const program = new DotProgram({ sizes: [size], kernels: ["simd"], threads: [1, DOT_THREADS] });
  return cellSubject(`dot, ${size.label}`, program, 1);
}

function cellSubject(name: string, program: CellProgram, size: number): Subject {
  const cell = program.cells.find(({ design }) => design !== "loop") as CellProgram["cells"][number];
  let calibrated: Promise<unknown> | undefined;
  return {
    name,
    prepare: async (runtime) => {
      calibrated ??= Promise.resolve(program.calibrate?.()).then((calibration) => program.use?.(calibration ?? {}, null));
      await calibrated;
      await program.warm(runtime, 1, WARM_MS);
    },
    run: async (runtime) => {
      const { checks } = await program.run(runtime, cell, size);
      const wrong = checks.find(({ ok }) => !ok);
      if (wrong !== undefined) throw new Error(`${name}: check failed: ${wrong.name}: ${wrong.detail}`);
    },
  };
}

/** The prime sieve, a number in each message. It chooses its threads; contiguous blocks are nearest to what warren would choose. */
export function sieveSubject(): Subject {
  return { name: "sieve", run: (runtime) => runtime.spawn(sieve, { primes: SIEVE_PRIMES, threads: runtime.threads, placement: "blocks", batch: 1 }) };
}

/** The text job over a file or a directory. */
export function sawzallSubject(path: string): Subject {
  return { name: `sawzall ${path}`, run: (runtime) => runtime.spawn(sawzall, path) };
}

/** The simple load balancer. */
export function balanceSubject(): Subject {
  return { name: "balance", run: (runtime) => runtime.spawn(simpleBalance, { workers: 4, items: 48, unitMs: 2, seed: 1 }) };
}

/** A task that a module exports. @throws ModuleProblem */
export async function moduleSubject(path: string, task: string, args: readonly unknown[]): Promise<Subject> {
  const module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  const fn = module[task];
  if (typeof fn !== "function") {
    const functions = Object.keys(module).filter((name) => typeof module[name] === "function");
    throw new ModuleProblem(`${path} exports no task ${JSON.stringify(task)}${functions.length === 0 ? "" : ` (functions that it exports: ${functions.join(", ")})`}`);
  }
  return { name: `${path} ${task}`, run: (runtime) => runtime.spawn(fn as (...given: unknown[]) => unknown, ...args) };
}

/** A module that has no such task. */
export class ModuleProblem extends Error {
  override name = "ModuleProblem";
}
