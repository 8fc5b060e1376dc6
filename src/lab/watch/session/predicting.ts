/** What threads would gain on cores that are not here: recorded on one thread and replayed, never run. */
import { median } from "../../figures/statistics.ts";
import { takesCarts, type DesignId, type World } from "../../talk/gophers/grid.ts";
import { NotPredictable } from "../../whatif/doubts.ts";
import { predictFrom } from "../../whatif/predict.ts";
import { measureHandOff } from "../../whatif/record/calibrate.ts";
import { record } from "../../whatif/record/record.ts";
import { gopherSubjects } from "../../whatif/record/subjects.ts";
import type { Choice, Message } from "../protocol.ts";

/** A message of a prediction. */
export type ForeseenMessage = Extract<Message, { kind: "foreseen" }>;

/** How to predict. */
export interface PredictingOptions {
  readonly cores: number;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

const PROCESSORS = [1, 2, 4, 8, 16, 32, 64];
const RECORDINGS = 7;
/** Enough for a median. */
const REFERENCE_RUNS = 5;
const EVENTS = 262_144;
const REFERENCE = "G1";

/** Predicts a choice of gophers; `null` if it was stopped. */
export async function foresee(choice: Choice, { cores, signal, progress }: PredictingOptions): Promise<ForeseenMessage | null> {
  const [design, world] = [choice.design as DesignId, choice.world as World];
  const [subject] = gopherSubjects([design], [world], takesCarts(design) ? choice.carts : null);
  const [reference] = gopherSubjects([REFERENCE], [world]);
  if (subject === undefined || reference === undefined) throw new Error(`${design} in the ${world} world is no program`);
  const measured = cores > 1 ? { handOff: await measureHandOff() } : {};
  if (signal.aborted) return null;
  const recorded = await record(subject, { runs: RECORDINGS, events: EVENTS, progress, signal });
  const alone = signal.aborted || design === REFERENCE ? null : await record(reference, { runs: REFERENCE_RUNS, events: EVENTS, progress, signal });
  if (signal.aborted) return null;
  const structure = alone === null ? null : { value: median(alone.untracedNs) / median(recorded.untracedNs), low: null, high: null };
  try {
    const processors = [...new Set([...PROCESSORS, choice.threads])].toSorted((a, b) => a - b);
    const { predictions, limit, doubts, checks } = predictFrom(recorded.recordings, { processors, ...measured });
    const failed = checks.filter(({ ok }) => !ok).map(({ name, detail }) => `a check of the model failed: ${name}: ${detail}`);
    return {
      kind: "foreseen", choice, structure,
      points: predictions.map(({ processors: threads, expected, bound }) => ({ threads, expected, bound })),
      sentence: limit.sentence,
      doubts: [...failed, ...doubts],
      refused: null,
    };
  } catch (error) {
    if (!(error instanceof NotPredictable)) throw error;
    return { kind: "foreseen", choice, structure, points: [], sentence: "", doubts: [], refused: error.message };
  }
}
