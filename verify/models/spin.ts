/**
 * Runs the Promela models with Spin: `spin -a` writes a verifier in C, gcc
 * compiles it twice (assertions and end states; liveness), and each run takes
 * its parameters from the environment, so that compiling happens once a model.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Configuration, ModelName, Parameters } from "./configurations.ts";

const run = promisify(execFile);

/** Verifiers that run at once. */
const AT_ONCE = 2;
/** Longest path that is searched, and the hash table's size: 2 to this power of slots, for the quick and the full configurations. */
const DEPTH = 20_000;
const HASH = { quick: 20, full: 26 } as const;
const MEGABYTES = 6000;
const OUTPUT_BYTES = 1 << 24;

/** What one run of a verifier found. */
export interface Verdict {
  readonly states: number;
  readonly errors: number;
  readonly seconds: number;
  /** The whole state space was searched; not so where memory, depth or a crash ended it. */
  readonly isComplete: boolean;
  /** The verifier's own word for the first error: "invalid end state", "assertion violated …". */
  readonly error: string | undefined;
  /** The steps to the error, where there is one. */
  readonly trail: () => Promise<string>;
}

/** A seeded bug: its name, its number, and what it breaks, as the model's head says. */
export interface Mutant {
  readonly name: string;
  readonly number: number;
  readonly text: string;
}

/** Why the models cannot run here, or `undefined`. */
export function missingTools(): string | undefined {
  const missing = ["spin", "gcc"].filter((tool) => spawnSync(tool, [tool === "spin" ? "-V" : "--version"]).status !== 0);
  return missing.length === 0 ? undefined : `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not installed (apt-get install spin gcc)`;
}

/** The mutants of a model, from the table at its head. */
export function mutantsOf(model: ModelName): Mutant[] {
  const table = readFileSync(join(import.meta.dirname, `${model}.pml`), "utf8").split("/* Mutants")[1].split("\n\n")[0];
  return [...table.matchAll(/^#define (\w+) (\d+)\s+\/\* (.*) \*\/$/gm)].map(([, name, number, text]) => ({ name, number: Number(number), text }));
}

/** Compiled verifiers, in a folder that `close` removes. */
export class Verifiers implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "warren-models-"));
  readonly #compiled = new Map<string, Promise<string>>();
  #runs = 0;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** Searches the states of a configuration, or of a mutant of it. */
  async check({ model, parameters, liveness, full }: Omit<Configuration, "name">, mutant = 0): Promise<Verdict> {
    const binary = await this.#binary(model, liveness === true);
    const folder = join(this.#folder, `run-${this.#runs++}`);
    const options = [`-m${DEPTH}`, `-w${full === true ? HASH.full : HASH.quick}`, ...(liveness === true ? ["-a", "-f"] : [])];
    return this.#inTurn(() => search(binary, options, folder, environment(parameters, mutant)));
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #binary(model: ModelName, liveness: boolean): Promise<string> {
    const key = `${model}-${liveness ? "liveness" : "safety"}`;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) this.#compiled.set(key, (compiled = this.#compile(model, key, liveness)));
    return compiled;
  }

  #compile(model: ModelName, key: string, liveness: boolean): Promise<string> {
    return this.#inTurn(async () => {
      const folder = join(this.#folder, key);
      const binary = join(folder, "pan");
      await mkdir(folder);
      await run("spin", ["-a", join(import.meta.dirname, `${model}.pml`)], { cwd: folder });
      // Only the many runs of the channel are worth an optimising compiler.
      const options = liveness ? ["-O0"] : [model === "chan" ? "-O1" : "-O0", "-DSAFETY", "-DNOCLAIM"];
      await run("gcc", [...options, `-DMEMLIM=${MEGABYTES}`, "-o", binary, "pan.c"], { cwd: folder });
      return binary;
    });
  }

  async #inTurn<R>(action: () => Promise<R>): Promise<R> {
    while (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      return await action();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}

/** The parameters as the models read them. */
export function environment(parameters: Parameters, mutant = 0): Record<string, string> {
  const entries = Object.entries(mutant === 0 ? parameters : { ...parameters, MUTANT: mutant });
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

async function search(binary: string, args: readonly string[], cwd: string, env: Record<string, string>): Promise<Verdict> {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: OUTPUT_BYTES };
  await mkdir(cwd);
  const began = performance.now();
  const { stdout } = await run(binary, args, options);
  const seconds = (performance.now() - began) / 1000;
  const errors = Number(/errors: (\d+)/.exec(stdout)?.[1] ?? Number.NaN);
  const states = Number(/^\s*([\d.e+]+) states, stored/m.exec(stdout)?.[1] ?? Number.NaN);
  const isCutShort = /max search depth too small|MEMLIM/.test(stdout) || (errors === 0 && stdout.includes("Search not completed"));
  // The replay of a trail ends with exit code 1 or by a signal: what it printed is what counts.
  const trail = (): Promise<string> => run(binary, ["-C"], options).then(({ stdout }) => stdout, (error: { stdout?: string }) => error.stdout ?? "");
  return { states, errors, seconds, isComplete: errors >= 0 && states > 0 && !isCutShort, error: /^pan:1: (.*)$/m.exec(stdout)?.[1], trail };
}
