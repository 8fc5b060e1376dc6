/** The gophers, as they are watched: a pile that all designs burn, in steps that can be seen. */
import { designOf, gophers, type Design, type DesignId, type GopherConfig, type GopherResult, type Team, type World } from "../../../../workers/gophers.ts";
import { isBound, predictNs } from "../../talk/gophers/finish.ts";
import { takesCarts } from "../../talk/gophers/grid.ts";
import { EVEN } from "../../talk/gophers/model.ts";
import { capital, printTime, spelt } from "../../text.ts";
import type { CartHead, Choice, GopherHead, Stage } from "../protocol.ts";
import { SHORT_UNIT_MS, USUAL_UNIT_MS, type Outcome, type WatchedProgram, type WatchSettings } from "./program.ts";

/** Cartloads of a run, the same for every design: one gopher needs 19 seconds for them, four need 6. */
const LOADS = 16;
/** Cartloads of the run that prepares, for each lane. */
const SHORT_LOADS = 4;
const DUMP_CAPACITY = 4;

/** What the gophers of a team do, in the order in which the team starts them. */
const ROLES: Readonly<Record<Team, readonly GopherHead["role"][]>> = {
  single: ["all"],
  pair: ["all", "all"],
  trio: ["load", "carry and return", "burn"],
  quartet: ["load", "carry", "burn", "return"],
};

const STEPS: Readonly<Record<World, string>> = { wait: "that wait", cpu: "that compute", mixed: "that compute and wait" };

/** A run of a design. */
export function gophersWatched(choice: Choice, { unitMs, calibrate }: WatchSettings): WatchedProgram {
  const id = choice.design as DesignId;
  const world = choice.world as World;
  const carts = choice.carts === null || !takesCarts(id) ? {} : { carts: choice.carts };
  const design = designOf(id, carts);
  const unit = unitMs ?? USUAL_UNIT_MS;
  const config = (loads: number, ms: number): GopherConfig => ({
    design: id, world, loads, booksPerCart: 1, steps: EVEN, unitMs: ms, unitIterations: world === "wait" ? 1 : Math.max(1, calibrate(ms)), dumpCapacity: DUMP_CAPACITY, ...carts,
  });
  return {
    title: `${capital(spelt(design.gophers))} gopher${design.gophers === 1 ? "" : "s"} ${STEPS[world]} (${id}), on ${spelt(choice.threads)} thread${choice.threads === 1 ? "" : "s"}`,
    unitMs: unit,
    stage: stageOf(id, world, design),
    prepare: (runtime) => runtime.spawn(gophers, config(SHORT_LOADS * design.lanes, SHORT_UNIT_MS)),
    run: async (runtime) => outcomeOf(await runtime.spawn(gophers, config(LOADS, unit)), { design, world, threads: choice.threads, unitMs: unit }),
  };
}

function stageOf(id: DesignId, world: World, design: Design): Stage {
  const { lanes, legsPerLane, team, carts } = design;
  const teams = Array.from({ length: lanes }, (_, lane) => Array.from({ length: legsPerLane }, (_none, leg) => ({ lane, leg }))).flat();
  return {
    program: "gophers", design: id, world, lanes,
    legs: legsPerLane,
    loads: Array.from({ length: lanes }, (_, lane) => Math.floor((LOADS * (lane + 1)) / lanes) - Math.floor((LOADS * lane) / lanes)),
    booksPerCart: 1,
    dumpCapacity: DUMP_CAPACITY,
    gophers: teams.flatMap(({ lane, leg }, index) => ROLES[team].map((role, k): GopherHead => ({ n: index * ROLES[team].length + k + 1, lane, leg, role }))),
    carts: teams.flatMap(({ lane, leg }, index) => Array.from({ length: carts }, (_, k): CartHead => ({ n: index * carts + k, lane, leg, at: k < restingOf(design) ? "far" : "near" }))),
  };
}

/** So many carts of a team stand at the incinerator when the run begins: a carrier that always brings one back needs some there. */
function restingOf({ team, carts }: Design): number {
  return team === "trio" ? Math.floor((carts - 1) / 2) : 0;
}

function outcomeOf({ wallNs, books, checks }: GopherResult, { design, world, threads, unitMs }: { readonly design: Design; readonly world: World; readonly threads: number; readonly unitMs: number }): Outcome {
  const modelled = { design, steps: EVEN, world, threads, loads: LOADS, dumpCapacity: DUMP_CAPACITY };
  return {
    facts: [
      ["books burnt", `${books} of ${LOADS}`],
      ["time", printTime(wallNs)],
      ["expected by the model", `${isBound(modelled) ? "at least " : ""}${printTime(predictNs(modelled, unitMs))}`],
      ["checks that hold", `${checks.filter(({ ok }) => ok).length} of ${checks.length}`],
    ],
    problems: checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`),
  };
}
