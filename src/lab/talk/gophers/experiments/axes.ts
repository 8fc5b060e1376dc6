/**
 * The axes multiply: more lanes and more procedures are independent of each
 * other, so S(G7) is S(G4)·S(G6), and the same with a dump. Where every step
 * waits one thread shows it. Where every step computes it takes a processor for
 * each gopher: on fewer the product promises more than there is.
 */
import { about, statistic, type Condition, type Finding, type Series } from "../../report.ts";
import { doubledTo, readMachine } from "../../../machine/environment.ts";
import { designOf, USUAL_UNIT_MS, type DesignId } from "../grid.ts";
import { EVEN, speedUp, type ModelRun } from "../model.ts";
import { marks, type Plot } from "../../../plot.ts";
import { estimate, experiment, loadsFor, processorsFor, quiet, TOLERANCE, type Estimate, type Measurements } from "./measurements.ts";
import type { Point } from "../points.ts";

/** `whole` is `lanes` times `team`. */
interface Product {
  readonly whole: DesignId;
  readonly lanes: DesignId;
  readonly team: DesignId;
}

/** Where a product is looked at. */
interface Place {
  readonly name: string;
  readonly world: ModelRun["world"];
  readonly threads: number;
  readonly products: readonly Product[];
}

const G7: Product = { whole: "G7", lanes: "G4", team: "G6" };
const PRODUCTS: readonly Product[] = [G7, { whole: "G9", lanes: "G4", team: "G8" }, { whole: "G11", lanes: "G4", team: "G10" }];
/** A core for each gopher of G7. */
const ENOUGH = 8;
/** Runs of computing have so many times the loads: their steps are short. */
const COMPUTING_LOADS = 2;

/** What the whole gains, as a share of the product of its parts; 1 where the axes multiply. */
export function predictedShare({ whole, lanes, team }: Product, world: ModelRun["world"], threads: number): number {
  const gain = (id: DesignId): number => speedUp({ design: designOf(id), steps: EVEN, world, threads });
  return gain(whole) / (gain(lanes) * gain(team));
}

/** Runs the experiment. */
export const axes = experiment("axes", (loads, { threads, unitMs }) => placesOf(threads).flatMap((place) => pointsOf(place, loads, unitMs)), (measured, _, settings) => {
  const places = placesOf(settings.threads);
  const { usable } = readMachine();
  const waiting = shareOf(measured, places[0] as Place, G7).value;
  const computing = places.slice(1).map((place) => `${shareOf(measured, place, G7).value.toFixed(2)} on ${place.threads}`);
  return {
    findings: places.flatMap((place) => findingsOf(place, measured, usable)),
    series: [table(places, measured)],
    plots: [plotOf(places, measured)],
    notes: [
      "Each figure is a design's speed-up over G1 on one thread in the same repetition, divided by the product of its parts' speed-ups.",
      `Where steps compute a unit is ${USUAL_UNIT_MS.cpu} ms of arithmetic, whatever --unit says. On one thread nothing gains, and 1 = 1·1.`,
    ],
    conclusion: `Where steps wait, G7 gains ${waiting.toFixed(2)} of the product of G4 and G6 on one thread${Math.abs(waiting - 1) <= TOLERANCE ? ": the axes multiply" : ""}. Where steps compute it is ${computing.join(", ")} thread${settings.threads === 1 ? "" : "s"}; the whole product needs ${ENOUGH} cores.`,
  };
});

/** The wait world on one thread; the cpu world on 1, 2, 4 … threads. */
function placesOf(most: number): Place[] {
  return [
    { name: "waiting, 1 thread", world: "wait", threads: 1, products: PRODUCTS },
    ...doubledTo(most).map((threads): Place => ({ name: `computing, ${threads} thread${threads === 1 ? "" : "s"}`, world: "cpu", threads, products: [G7] })),
  ];
}

function pointsOf({ name, world, threads, products }: Place, loads: number, unitMs: number): Point[] {
  const ids = [...new Set(products.flatMap(({ whole, lanes, team }) => [lanes, team, whole]))];
  const alone = world === "wait" ? loads : COMPUTING_LOADS * loads;
  const point = (id: DesignId, threads: number): Point => {
    const design = designOf(id);
    const gain = speedUp({ design, steps: EVEN, world, threads });
    return { name: `${name}, ${id}`, design: id, world, steps: EVEN, threads, unitMs: world === "wait" ? unitMs : USUAL_UNIT_MS.cpu, loads: loadsFor(alone, gain, design.lanes) };
  };
  return [point("G1", 1), ...ids.map((id) => point(id, threads))];
}

function shareOf(measured: Measurements, { name }: Place, { whole, lanes, team }: Product): Estimate {
  const gain = (id: DesignId): readonly number[] => measured.speedUp(`${name}, G1`, `${name}, ${id}`).values;
  const [wholes, parts, teams] = [gain(whole), gain(lanes), gain(team)];
  return estimate(wholes.map((value, repetition) => value / ((parts[repetition] as number) * (teams[repetition] as number))));
}

function findingsOf(place: Place, measured: Measurements, usable: number): Finding[] {
  const { name: part, world, threads, products } = place;
  const ids = [...new Set(products.flatMap(({ whole, lanes, team }) => [lanes, team, whole]))];
  const names = ids.map((id) => `${part}, ${id}`);
  const waits = world === "wait";
  const condition = waits ? quiet(measured.excess(`${part}, G1`, 4)) : processorsFor(threads, usable, measured.waited(names));
  const enough: Condition = waits ? condition : { text: `there are ${ENOUGH} cores and as many threads: here ${usable} and ${threads}`, met: Math.min(usable, threads) >= ENOUGH };
  return [
    ...ids.map((id) => measured.gain(`${id}, speed-up`, speedUp({ design: designOf(id), steps: EVEN, world, threads }), [`${part}, G1`, `${part}, ${id}`], { part, source: waits ? "model" : `model, ${threads} thread${threads === 1 ? "" : "s"}`, condition })),
    ...products.map((product) => statistic(`${product.whole} / (${product.lanes}·${product.team})`, {
      part, expected: about(1, { by: TOLERANCE }), measured: shareOf(measured, place, product).value, source: `the axes multiply; model: ${predictedShare(product, world, threads).toFixed(2)}`, condition: enough,
    })),
  ];
}

function table(places: readonly Place[], measured: Measurements): Series {
  const ids = ["G4", "G6", "G7"] as const;
  return {
    title: "speed-up over G1", columns: ["", ...ids, "G4·G6"],
    rows: places.map(({ name }) => {
      const gains = ids.map((id) => measured.speedUp(`${name}, G1`, `${name}, ${id}`).value) as [number, number, number];
      return [name, ...gains, gains[0] * gains[1]];
    }),
  };
}

function plotOf(places: readonly Place[], measured: Measurements): Plot {
  return {
    title: "G7 as a share of G4·G6", x: { label: "", scale: "names", names: places.map(({ name }) => name.replace(/ threads?$/, "")) }, y: { label: "share", scale: "linear" },
    series: [
      { name: "model", kind: "predicted", points: places.map(({ world, threads }, x) => ({ x, y: predictedShare(G7, world, threads), interval: null })) },
      marks("here", places, (place) => shareOf(measured, place, G7)),
    ],
  };
}
