/**
 * The protocol (docs/method.md): preparation, then the blocks one after the other, each in a
 * process of its own (`process/parent.ts`). What their cells gave is put together here.
 * Ratios are formed inside a block, so drift of the machine cancels.
 *
 * A run that fails makes the check "every run completes" fail, and so does a
 * block whose process ends or hangs; that cell is not run again, all others are.
 * Nothing is printed and no callback is made while a run is timed.
 *
 * From a run to a printed table a measurement has five shapes:
 *
 *   CellRun     one run of a cell, as its program returns it           plan.ts
 *   CellBlock   one cell in one block, as its process sends it         plan.ts
 *   CellRecord  one cell in all blocks                                 plan.ts
 *   CellResult  the same with medians, intervals and a verdict: JSON   ../result.ts
 *   Row         a result with its gains, for every format              ../rows.ts
 */
import { groupOf, printCell, type Cell } from "../cell.ts";
import { nowNs } from "../machine/clock.ts";
import { type BlockEvents, type BlockRunner, type CellBlock, type CellRecord, type Frozen, type PileOutcome, type Prepared, type TrialPlan, type TrialProgress, type TrialRecord } from "./plan.ts";
import { type Check } from "../result.ts";
import { TimeLeft, type Expected } from "./time-left.ts";

const COMPLETES = "every run completes";

/** Runs a trial. An abort takes effect between runs: complete runs are kept. `clock`: wall time in nanoseconds, for the time left. */
export async function runTrial(
  plan: TrialPlan,
  runner: BlockRunner,
  onProgress: (progress: TrialProgress) => void,
  signal: AbortSignal,
  clock: () => number = nowNs,
): Promise<TrialRecord & Pick<Prepared, "processors" | "calibrations" | "blocks" | "runs">> {
  /** As many as asked for, until it is known how many fit. */
  let { blocks } = plan;
  const cells = plan.programs.flatMap((program) => program.cells);
  const broken = new Set<number>();
  const checks = new CheckList();
  const notes = new Set<string>();
  let pile: PileOutcome | null = null;
  let records: CellRecord[] = [];
  let timeLeft: TimeLeft | null = null;
  let atEnd: TrialRecord["atEnd"] = [];
  let [block, cellsDone, blocksDone] = [0, 0, 0];

  const cellAt = (index: number): Cell => {
    const cell = cells[index];
    if (cell === undefined) throw new RangeError(`there is no cell ${index}`);
    return cell;
  };
  const report = (next: Cell | null): void => {
    const left = next === null ? null : (timeLeft?.left ?? null);
    onProgress({ block, blocks, cellsDone, cellsTotal: cells.length * blocks, next, leftMs: left === null ? null : left / 1e6, cells: records });
  };
  const leaveOut = (index: number, cause: unknown): void => {
    broken.add(index);
    checks.fail(COMPLETES, cellAt(index), cause);
  };

  const prepared = await runner.prepare(() => report(null), signal);
  if (prepared !== null) {
    records = recordsOf(plan, prepared);
    ({ blocks } = prepared);
    timeLeft = new TimeLeft(expectedOf(plan, prepared, records));
  }
  /** When the last cell was done, or the blocks began. */
  let sinceNs = clock();

  const take = ({ cell: index, samples, items, checks: checked, identities, traced, failure }: CellBlock): void => {
    const cell = cellAt(index);
    const record = records[index] as CellRecord;
    record.samples.push(...samples);
    if (samples.length > 0) record.items = items;
    if (traced !== null) record.traced.push(traced);
    for (const check of checked) checks.add(check, cell);
    for (const identity of identities) checks.addIdentity(identity, cell);
    if (failure !== null) leaveOut(index, failure);
    cellsDone++;
    const now = clock();
    timeLeft?.took(index, block, now - sinceNs);
    sinceNs = now;
  };
  /** Runs a block; if its process ends early, another process runs what is left. Returns whether the block is complete. */
  const runBlock = async (frozen: Frozen): Promise<boolean> => {
    const done = new Set<number>();
    for (;;) {
      let at: number | null = null;
      const events: BlockEvents = {
        next: (cell) => {
          at = cell;
          report(cellAt(cell));
        },
        done: (outcome) => {
          at = null;
          done.add(outcome.cell);
          take(outcome);
        },
      };
      const order = { block, skip: [...broken.union(done)], traced: block < frozen.tracedBlocks };
      if (order.skip.length === cells.length) return true;
      try {
        const end = await runner.run(order, frozen, events, signal);
        pile ??= end.pile;
        ({ atEnd } = end);
        for (const note of end.notes) notes.add(note);
        return true;
      } catch (error) {
        if (at === null) {
          // Between cells there is none to leave out: another process would end in the same way.
          checks.fail(COMPLETES, `block ${block + 1}`, error);
          return false;
        }
        leaveOut(at, error);
        if (signal.aborted) return false;
      }
    }
  };

  for (; block < blocks && !signal.aborted; block++) {
    if (prepared === null) break;
    const isWhole = await runBlock(prepared);
    if (isWhole && !signal.aborted) blocksDone++;
  }
  return {
    cells: records.filter(({ samples }) => samples.length > 0),
    checks: checks.list(),
    blocksDone,
    interrupted: signal.aborted,
    pile,
    notes: [...notes],
    atEnd,
    processors: prepared?.processors ?? null,
    calibrations: prepared?.calibrations ?? [],
    blocks,
    runs: prepared?.runs ?? plan.runs,
  };
}

/** How long each cell is expected to take: what the model says, or the time that its work was chosen for. */
function expectedOf({ programs, minTimeMs }: TrialPlan, { blocks, runs, tracedBlocks }: Frozen, records: readonly CellRecord[]): Expected {
  const isFound = programs.flatMap((program) => program.cells.map((cell) => program.sizing(cell).kind === "found"));
  return {
    runNs: records.map(({ predicted }, index) => predicted?.ns ?? (isFound[index] === true ? minTimeMs * 1e6 : null)),
    runs: Array.from({ length: blocks }, (_, block) => runs + (block < tracedBlocks ? 1 : 0)),
  };
}

/** Of every cell, what is known before it is run. */
function recordsOf({ programs }: TrialPlan, { sizes }: Frozen): CellRecord[] {
  return programs.flatMap((program) => program.cells.map((cell) => {
    const size = sizes[groupOf(cell)] as number;
    return { cell, size, items: 0, predicted: program.predict?.(cell, size) ?? null, samples: [], traced: [] };
  }));
}

interface Tally {
  runs: number;
  failures: number;
  /** The detail of the latest run until one fails, then of the first failure. */
  detail: string;
}

/** The checks of a whole trial: each name once, with the number of runs in which it held, or the first run in which it did not. */
class CheckList {
  readonly #tallies = new Map<string, Tally>();
  readonly #identities = new Map<string, { value: string; cell: Cell }>();

  /** Counts one check of one run of a cell, or of something else that has a name. */
  add(check: Check, where: Cell | string): void {
    const tally = this.#tallies.get(check.name) ?? { runs: 0, failures: 0, detail: "" };
    this.#tallies.set(check.name, tally);
    tally.runs++;
    if (check.ok && tally.failures === 0) tally.detail = check.detail;
    if (!check.ok && tally.failures++ === 0) tally.detail = `${typeof where === "string" ? where : printCell(where)}: ${check.detail}`;
  }

  /** Counts a failure that is not a check of the program: a run that threw, a process that ended. */
  fail(name: string, where: Cell | string, cause: unknown): void {
    const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    this.add({ name, ok: false, detail }, where);
  }

  /** Counts a value that must be the same wherever `key` is. */
  addIdentity({ key, value }: { key: string; value: string }, cell: Cell): void {
    const first = this.#identities.get(key) ?? { value, cell };
    this.#identities.set(key, first);
    const same = first.value === value;
    const detail = same ? value : `${value}, but ${first.value} in ${printCell(first.cell)}`;
    this.add({ name: `same result everywhere: ${key}`, ok: same, detail }, cell);
  }

  /** Every check once, in the order first met. */
  list(): Check[] {
    return [...this.#tallies].map(([name, { runs, failures, detail }]) => {
      const count = failures === 0 ? `${runs} run${runs === 1 ? "" : "s"}` : `${failures} of ${runs} run${runs === 1 ? "" : "s"} failed`;
      return { name, ok: failures === 0, detail: detail === "" ? count : `${count}; ${detail}` };
    });
  }
}
