/**
 * The invariants of a run. If one fails, there is a bug in the runtime or in the
 * design. None of them depends on timing.
 */
import type { BookMemory } from "./books.ts";
import type { FileMemory } from "./catalogue.ts";
import type { Report } from "./gopher.ts";
import type { YardMemory } from "./yard.ts";

/** An invariant, whether it held, and the figures. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** What is left after a run. */
export interface Aftermath {
  readonly goods: BookMemory | FileMemory;
  readonly yard: YardMemory;
  readonly carts: number;
  readonly legsPerLane: number;
  readonly reports: readonly Report[];
  /** Carts found at the end, put down by gophers or left in channels. */
  readonly found: readonly number[];
}

/** Rounding of sums of times, relative. */
const TOLERANCE = 1e-6;

/** Checks a finished run. */
export function checkRun(aftermath: Aftermath): Check[] {
  return [burntOnce(aftermath), cartsConserved(aftermath), oneHolder(aftermath), littlesLaw(aftermath)];
}

/** Each book is burnt exactly once; each file is burnt once or listed as a problem. */
function burntOnce({ goods, reports }: Aftermath): Check {
  const books = goods.kind === "books" ? goods.burnt.array.length : goods.files;
  let wrong = 0;
  let failed = 0;
  for (let book = 0; book < books; book++) {
    const given = goods.kind === "files" ? goods.failed.array[book] : 0;
    failed += given;
    if (goods.burnt.array[book] + given !== 1) wrong += 1;
  }
  const counted = sum(reports, (report) => report.burnt);
  const detail =
    `${books} books, ${counted} burnt, ${wrong} lost or burnt again` + (failed > 0 ? `, ${failed} given up and named` : "");
  return { name: "each book burnt exactly once", ok: wrong === 0 && counted + failed === books, detail };
}

function cartsConserved({ carts, found }: Aftermath): Check {
  const times = new Int32Array(carts);
  let strange = 0;
  for (const cart of found) {
    if (cart >= 0 && cart < carts) times[cart] += 1;
    else strange += 1;
  }
  const lost = times.filter((n) => n === 0).length;
  const doubled = times.filter((n) => n > 1).length;
  return {
    name: "carts conserved",
    ok: lost + doubled + strange === 0,
    detail: `${carts} carts, ${found.length} found at the end` + (lost + doubled ? `, ${lost} lost, ${doubled} doubled` : ""),
  };
}

function oneHolder({ yard, carts, reports }: Aftermath): Check {
  const mistakes = reports.flatMap((report) => report.mistakes);
  const held = yard.holder.array.subarray(0, carts).filter((holder) => holder !== 0).length;
  if (held > 0) mistakes.push(`${held} carts still held at the end`);
  return {
    name: "no cart has two holders",
    ok: mistakes.length === 0,
    detail: mistakes.length === 0 ? `every hand-over in order` : `${mistakes.length}: ${mistakes.slice(0, 5).join("; ")}`,
  };
}

/**
 * Carts in use = throughput × cycle time (Little's law), as an exact identity. The left
 * side is from the gophers' own clocks: ∫ carts in use dt is the sum of all end times
 * minus the sum of all start times. The right side is from the words of each cart.
 */
function littlesLaw({ yard, carts, legsPerLane, reports }: Aftermath): Check {
  const begun = sum(reports, (report) => report.begun);
  const ended = sum(reports, (report) => report.ended);
  const inUseNs = sum(reports, (report) => report.endedSumNs) - sum(reports, (report) => report.begunSumNs);
  const spanNs = Math.max(...reports.map((report) => report.leftNs));
  const trips = yard.trips.array.subarray(0, carts).reduce((total, n) => total + n, 0);
  const usedNs = yard.usedNs.array.subarray(0, carts).reduce((total, ns) => total + ns, 0);
  const inUse = inUseNs / spanNs;
  const throughput = begun / spanNs;
  const cycleNs = trips === 0 ? 0 : usedNs / trips;
  const counts = begun === ended && begun === trips && begun % legsPerLane === 0;
  return {
    name: "Little's law",
    ok: counts && Math.abs(inUse - throughput * cycleNs) <= TOLERANCE * Math.max(inUse, Number.MIN_VALUE) && inUse <= carts,
    detail:
      `${inUse.toFixed(3)} carts in use = ${(throughput * 1e9).toFixed(1)} loads a second × ${(cycleNs / 1e6).toFixed(3)} ms` +
      (counts ? "" : `; uses begun ${begun}, ended ${ended}, written on carts ${trips}`),
  };
}

function sum(reports: readonly Report[], of: (report: Report) => number): number {
  return reports.reduce((total, report) => total + of(report), 0);
}
