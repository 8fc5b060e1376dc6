/**
 * Ports: real Go programs of many kinds, one to one. Each folder of ports/ has programs of
 * one kind: the Go program, its port under the same name, and a text with what both print
 * for the small input here. docs/go/porting.md goes through one from start to end.
 *
 * ```ts
 * import { run } from "../src/index.ts";
 * import { primeSieve } from "./ports/pipelines/prime-sieve.ts";
 *
 * await run(primeSieve, { threads: 2, args: [100] });
 * ```
 */
import { collatz } from "./ports/computing/collatz.ts";
import { mandelbrot } from "./ports/computing/mandelbrot.ts";
import { md5Tree } from "./ports/computing/md5-tree.ts";
import { wordCount } from "./ports/computing/word-count.ts";
import { bank } from "./ports/locks/bank.ts";
import { crawler } from "./ports/locks/crawler.ts";
import { safeCounter } from "./ports/locks/safe-counter.ts";
import { singleflight } from "./ports/locks/singleflight.ts";
import { chameneos } from "./ports/patterns/chameneos.ts";
import { hub } from "./ports/patterns/hub.ts";
import { selectRules } from "./ports/patterns/select-rules.ts";
import { threadRing } from "./ports/patterns/thread-ring.ts";
import { powerSeries } from "./ports/pipelines/power-series.ts";
import { primeSieve } from "./ports/pipelines/prime-sieve.ts";
import { sameTree } from "./ports/pipelines/same-tree.ts";
import { stages } from "./ports/pipelines/stages.ts";
import { errgroup } from "./ports/services/errgroup.ts";
import { httpService } from "./ports/services/http-service.ts";
import { rateLimits } from "./ports/services/rate-limits.ts";
import { retries } from "./ports/services/retry.ts";

/** Paths of the input files. */
export interface PortInput {
  readonly tree: string;
  readonly text: string;
}

/** A Go program and its port. */
export interface Port {
  /** Folder and name: `pipelines/prime-sieve`. */
  readonly name: string;
  /** The task that runs it and prints. */
  readonly main: (...args: never[]) => Promise<void>;
  /** Arguments for a run of less than a second; those of the Go program are the same. */
  readonly small: (input: PortInput) => readonly (number | string)[];
  /** Leaves tasks that never end, as the Go program leaves goroutines. */
  readonly endless?: true;
}

const size = (n: number) => () => [n];

export const PORTS: readonly Port[] = [
  { name: "computing/collatz", main: collatz, small: size(20) },
  { name: "computing/mandelbrot", main: mandelbrot, small: size(40) },
  { name: "computing/md5-tree", main: md5Tree, small: ({ tree }) => [tree, "bounded"] },
  { name: "computing/word-count", main: wordCount, small: ({ text }) => [text] },
  { name: "locks/bank", main: bank, small: size(4000) },
  { name: "locks/crawler", main: crawler, small: size(40) },
  { name: "locks/safe-counter", main: safeCounter, small: size(500) },
  { name: "locks/singleflight", main: singleflight, small: size(100) },
  { name: "patterns/chameneos", main: chameneos, small: size(1000) },
  { name: "patterns/hub", main: hub, small: size(200) },
  { name: "patterns/select-rules", main: selectRules, small: size(400) },
  { name: "patterns/thread-ring", main: threadRing, small: size(1000), endless: true },
  { name: "pipelines/power-series", main: powerSeries, small: size(10), endless: true },
  { name: "pipelines/prime-sieve", main: primeSieve, small: size(20), endless: true },
  { name: "pipelines/same-tree", main: sameTree, small: size(200) },
  { name: "pipelines/stages", main: stages, small: size(5000) },
  { name: "services/errgroup", main: errgroup, small: size(20) },
  { name: "services/http-service", main: httpService, small: size(8) },
  { name: "services/rate-limits", main: rateLimits, small: size(6) },
  { name: "services/retry", main: retries, small: size(3) },
];
