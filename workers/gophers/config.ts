/**
 * The configuration of a run of gophers. This is the only place that checks it.
 */
import { designOf, type Design, type DesignId } from "./design.ts";
import { WORLDS, type Pauses, type StepTimes, type World } from "./labour.ts";

/** Length of each step of a cartload, in units. */
export interface Steps {
  /** Load at the pile. */
  readonly L: number;
  /** Move the full cart. */
  readonly M: number;
  /** Unload and burn. */
  readonly U: number;
  /** Return the empty cart. */
  readonly R: number;
  /** Handling at a staging pile, once to put and once to take. */
  readonly D: number;
  /** Walking back without a cart (only in teams of four; in other teams a gopher always has a cart). */
  readonly W: number;
}

/** A run of one design. Plain data, which can be sent to any thread. */
export interface GopherConfig {
  readonly design: DesignId;
  readonly world: World;
  /** Cartloads to burn. Not used with a pile of files. */
  readonly loads: number;
  /** Books in a cart; with a pile of files, files or chunks of one file in a cart. */
  readonly booksPerCart: number;
  readonly steps: Steps;
  /** Length of a unit of waiting. */
  readonly unitMs: number;
  /** Iterations of a unit of computing, from `calibrate(unitMs)`. */
  readonly unitIterations: number;
  /** Piles, 1…64; default: the design's. */
  readonly lanes?: number | undefined;
  /** Carts for each team; default: the design's. */
  readonly carts?: number | undefined;
  /** Cartloads that a staging pile holds; default 4. */
  readonly dumpCapacity?: number | undefined;
  /** Default `constant`. */
  readonly times?: StepTimes | undefined;
  /** Interruptions at one end; default none. */
  readonly pauses?: Pauses | undefined;
  /** Seed of everything random; default 1. */
  readonly seed?: number | undefined;
  /** A directory: burn its files. Steps then take as long as the real work takes. */
  readonly pile?: string | undefined;
  /** With a pile: burn only so many of its files; default all. */
  readonly files?: number | undefined;
}

/** A checked configuration: nothing optional is left. */
export interface Plan {
  readonly design: Design;
  readonly world: World;
  readonly loads: number;
  readonly booksPerCart: number;
  readonly steps: Steps;
  readonly unitMs: number;
  readonly unitIterations: number;
  readonly dumpCapacity: number;
  readonly times: StepTimes;
  readonly pauses: Pauses | null;
  readonly seed: number;
  readonly pile: string | null;
  readonly files: number;
}

const STEP_NAMES = ["L", "M", "U", "R", "D", "W"] as const;
const NO_STEPS: Steps = { L: 0, M: 0, U: 0, R: 0, D: 0, W: 0 };

/** Maximum number of cartloads and books: shared memory keeps a word for each book. */
const MAX_LOADS = 10_000_000;
const MAX_BOOKS = 50_000_000;
const MAX_BOOKS_PER_CART = 4096;
const MAX_DUMP = 4096;

/**
 * Checks a configuration and fills in the defaults.
 *
 * @throws RangeError naming the field and the value refused.
 */
export function planOf(config: GopherConfig): Plan {
  const { world, loads, booksPerCart, steps, unitMs, unitIterations, pauses } = config;
  const { dumpCapacity = 4, times = "constant", seed = 1, pile, files = Infinity } = config;
  const design = designOf(config.design, config);
  requireOneOf("world", world, WORLDS);
  requireOneOf("times", times, ["constant", "exponential"]);
  requireWhole("booksPerCart", booksPerCart, 1, MAX_BOOKS_PER_CART);
  requireWhole("dumpCapacity", dumpCapacity, 1, MAX_DUMP);
  requireWhole("seed", seed, 0, 0xffff_ffff);
  if (pile !== undefined && (typeof pile !== "string" || pile === "")) {
    throw new RangeError(`pile must name a directory, not ${JSON.stringify(pile)}`);
  }
  if (files !== Infinity) requireWhole("files", files, 1, MAX_BOOKS);
  if (pile === undefined) {
    requireWhole("loads", loads, 1, MAX_LOADS);
    requireWhole("loads × booksPerCart", loads * booksPerCart, 1, MAX_BOOKS);
    for (const name of STEP_NAMES) requireAmount(`steps.${name}`, steps[name]);
    requireAmount("unitMs", unitMs);
    requireAmount("unitIterations", unitIterations);
  }
  if (pauses) {
    requireOneOf("pauses.at", pauses.at, ["pile", "incinerator"]);
    requireAmount("pauses.units", pauses.units);
    if (!(pauses.chance >= 0 && pauses.chance <= 1)) throw new RangeError(`pauses.chance must be from 0 to 1, not ${pauses.chance}`);
  }
  return {
    design,
    world,
    loads,
    booksPerCart,
    steps: pile === undefined ? steps : NO_STEPS,
    unitMs,
    unitIterations,
    dumpCapacity,
    times,
    pauses: pauses ?? null,
    seed,
    pile: pile ?? null,
    files,
  };
}

function requireOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new RangeError(`${name} must be one of ${allowed.join(", ")}, not ${JSON.stringify(value)}`);
}

function requireWhole(name: string, value: number, minimum: number, maximum: number): void {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new RangeError(`${name} must be an integer from ${minimum} to ${maximum}, not ${String(value)}`);
  }
}

function requireAmount(name: string, value: number): void {
  if (!(value >= 0 && Number.isFinite(value))) throw new RangeError(`${name} must be a number from 0, not ${String(value)}`);
}
