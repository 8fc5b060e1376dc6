/** Records, predicts and measures what `warren whatif` shows, and the formats for programs. Loaded after the options have been checked, because it loads the runtime. */
import { resolve } from "node:path";
import { environmentOf, readMachine, surroundings } from "../../lab/machine/environment.ts";
import { renderWhatIf, whatIfPicture } from "../../lab/report/whatif/section.ts";
import { NotPredictable } from "../../lab/whatif/doubts.ts";
import { predictFrom } from "../../lab/whatif/predict.ts";
import { measureCeiling, measureHandOff } from "../../lab/whatif/record/calibrate.ts";
import { measureGain, record, type Subject } from "../../lab/whatif/record/record.ts";
import { balanceSubject, dotSubject, gopherSubjects, ModuleProblem, moduleSubject, sawzallSubject, sieveSubject } from "../../lab/whatif/record/subjects.ts";
import { judged, WHATIF_SCHEMA, type WhatIfProgram, type WhatIfResult } from "../../lab/whatif/result.ts";
import { UsageError } from "../options/values.ts";
import type { WhatIfOptions, WhatIfTarget } from "../options/whatif.ts";
import { ProgressLine } from "../terminal/progress.ts";
import { VERSION } from "../terminal/version.ts";

/** How the command was called. */
interface WhatIfFrame {
  readonly command: readonly string[];
  readonly quiet: boolean;
  readonly signal: AbortSignal;
}

/** Elements of the dot product: both vectors together take 16 MB. */
const DOT = { label: "1,000,000 elements", size: 1_000_000 };
const USUAL_HAND_OFF = { awakeNs: 800, asleepNs: 30_000 };

/** Records and predicts, program by program. */
export async function runWhatIf(options: WhatIfOptions, { command, quiet, signal }: WhatIfFrame): Promise<WhatIfResult> {
  const subjects = await subjectsOf(options.target);
  const cores = Math.max(1, Math.floor(readMachine().usable));
  const line = new ProgressLine(process.stderr, quiet);
  const progress = line.show.bind(line);
  const startedAt = new Date().toISOString();
  try {
    const { machine, before } = await surroundings(1);
    progress("measuring a hand-over");
    const handOffMeasured = cores > 1;
    const handOff = handOffMeasured ? await measureHandOff() : USUAL_HAND_OFF;
    const ceiling = options.measure && cores > 1 ? await measureCeiling(progress) : null;
    const programs: WhatIfProgram[] = [];
    for (const subject of subjects) {
      if (signal.aborted) break;
      programs.push(await foresee(subject, options, { handOff, cores, ceiling, progress, signal }));
    }
    return { schema: WHATIF_SCHEMA, tool: { name: "warren", version: VERSION }, command, startedAt, env: environmentOf(machine, before, null, 1), handOff, handOffMeasured, ceiling, programs };
  } finally {
    line.end();
  }
}

interface Here {
  readonly handOff: WhatIfResult["handOff"];
  readonly cores: number;
  readonly ceiling: WhatIfResult["ceiling"];
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
}

async function foresee(subject: Subject, { processors, runs, faster, free, measure, events }: WhatIfOptions, { handOff, cores, ceiling, progress, signal }: Here): Promise<WhatIfProgram> {
  const { recordings, untracedNs, tracedNs } = await record(subject, { runs, events, progress, signal });
  const facts = { name: subject.name, untracedNs: Math.min(...untracedNs), tracedNs: Math.min(...tracedNs), events: Math.max(0, ...recordings.map((each) => each.events)) };
  try {
    const foreseen = predictFrom(recordings, { processors, faster, free, handOff });
    // What was made faster or free cannot be measured.
    const isReal = Object.keys(faster).length === 0 && free.length === 0;
    if (!measure || !isReal || cores < 2) return { ...facts, foreseen, refused: null, measured: [], gap: null };
    const gains = [];
    for (const count of processors.filter((each) => each > 1 && each <= cores)) gains.push(await measureGain(subject, count, runs, progress));
    return { ...facts, refused: null, ...judged(foreseen, gains, cores, ceiling) };
  } catch (error) {
    if (!(error instanceof NotPredictable)) throw error;
    return { ...facts, foreseen: null, refused: { code: error.code, message: error.message }, measured: [], gap: null };
  }
}

async function subjectsOf(target: WhatIfTarget): Promise<readonly Subject[]> {
  switch (target.kind) {
    case "gophers":
      return gopherSubjects(target.designs, target.worlds);
    case "sieve":
      return [sieveSubject()];
    case "balance":
      return [balanceSubject()];
    case "dot":
      return [dotSubject(DOT)];
    case "sawzall":
      return [sawzallSubject(target.path)];
    default:
      try {
        return [await moduleSubject(resolve(target.path), target.task, target.args)];
      } catch (error) {
        if (error instanceof ModuleProblem) throw new UsageError(error.message);
        throw error;
      }
  }
}

/** A file for programs, or a picture. */
export function formatWhatIf(result: WhatIfResult, format: "json" | "svg" | "html"): string {
  if (format === "json") return JSON.stringify(result, null, 1);
  return format === "svg" ? whatIfPicture(result) : renderWhatIf(result);
}
