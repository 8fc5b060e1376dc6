/**
 * The gopher designs: one generator for the eleven of Rob Pike's talk
 * *Concurrency is not parallelism*, and for designs between them.
 *
 * A design is four settings: how a team divides the work, with or without a staging
 * pile, how many lanes (piles, each with its incinerator), and how many carts for each
 * team. The eleven are presets: a lattice
 * {single, quartet} × {direct, staged} × {1, 2 lanes} (G1 G4 G6 G7 G8 G9 G10
 * G11) plus three steps on the way (G2 G3 G5).
 *
 * A staged lane has two *legs*, pile → staging pile and staging pile → incinerator,
 * each with a team and half of the way. A direct lane has one leg.
 */

/** The designs of the talk. */
export type DesignId = "G1" | "G2" | "G3" | "G4" | "G5" | "G6" | "G7" | "G8" | "G9" | "G10" | "G11";

/**
 * How a team divides the work: one gopher does all; two do all and share the
 * cart (one cart) or the two ends (two carts); load / carry / burn; load /
 * carry full / burn / return empty.
 */
export type Team = "single" | "pair" | "trio" | "quartet";

/** The settings of a design. `carts` is the number for each team. */
export interface DesignOptions {
  readonly team: Team;
  readonly staging: boolean;
  readonly lanes: number;
  readonly carts: number;
}

/** A design: its settings, and what follows from them (totals over all lanes). */
export interface Design extends DesignOptions {
  readonly legsPerLane: 1 | 2;
  readonly gophersPerTeam: number;
  readonly gophers: number;
  readonly piles: number;
  readonly dumps: number;
  readonly incinerators: number;
  readonly cartsTotal: number;
  /** Channel operations of a cartload: hand-overs inside teams, plus put and take at the staging pile. */
  readonly messagesPerLoad: number;
}

/** Maximum number of lanes, and of carts for each team. */
export const MAX_LANES = 64;
export const MAX_CARTS = 1024;

const GOPHERS: Record<Team, number> = { single: 1, pair: 2, trio: 3, quartet: 4 };

/** Carts of each team in the talk's designs (a pair has two designs). */
const MESSAGES: Record<Team, (carts: number) => number> = {
  single: () => 0,
  pair: (carts) => (carts === 1 ? 2 : 4),
  trio: () => 4,
  quartet: () => 4,
};

/** The eleven designs as settings of the generator. */
export const PRESETS: Readonly<Record<DesignId, DesignOptions>> = {
  G1: { team: "single", staging: false, lanes: 1, carts: 1 },
  G2: { team: "pair", staging: false, lanes: 1, carts: 1 },
  G3: { team: "pair", staging: false, lanes: 1, carts: 2 },
  G4: { team: "single", staging: false, lanes: 2, carts: 1 },
  G5: { team: "trio", staging: false, lanes: 1, carts: 3 },
  G6: { team: "quartet", staging: false, lanes: 1, carts: 4 },
  G7: { team: "quartet", staging: false, lanes: 2, carts: 4 },
  G8: { team: "single", staging: true, lanes: 1, carts: 1 },
  G9: { team: "single", staging: true, lanes: 2, carts: 1 },
  G10: { team: "quartet", staging: true, lanes: 1, carts: 4 },
  G11: { team: "quartet", staging: true, lanes: 2, carts: 4 },
};

/** The names of the eleven, in the order of the talk. */
export const DESIGN_IDS = Object.keys(PRESETS) as readonly DesignId[];

/**
 * Builds a design.
 *
 * @throws RangeError for an invalid design: no such team, lanes outside 1…64, a second
 * cart for a single gopher, a third for a pair, a pair on each side of a staging pile
 * (two gophers would burn parts of the same book).
 */
export function design({ team, staging, lanes, carts }: DesignOptions): Design {
  if (!Object.hasOwn(GOPHERS, team)) {
    throw new RangeError(`team must be one of ${Object.keys(GOPHERS).join(", ")}, not ${JSON.stringify(team)}`);
  }
  requireWhole("lanes", lanes, MAX_LANES);
  requireWhole("carts", carts, MAX_CARTS);
  if (team === "single" && carts !== 1) {
    throw new RangeError(`a single gopher uses one cart, not ${carts}: carts change G2, G3, G5, G6, G7, G10 and G11`);
  }
  if (team === "pair" && carts > 2) {
    throw new RangeError(`a pair shares one cart (G2) or has one each (G3), not ${carts}`);
  }
  if (team === "pair" && staging) {
    throw new RangeError("a pair has no staged form: two gophers would burn parts of the same book");
  }
  const legsPerLane = staging ? 2 : 1;
  const gophersPerTeam = GOPHERS[team];
  return {
    team,
    staging,
    lanes,
    carts,
    legsPerLane,
    gophersPerTeam,
    gophers: gophersPerTeam * legsPerLane * lanes,
    piles: lanes,
    dumps: staging ? lanes : 0,
    incinerators: lanes,
    // Each of a single team's gophers has a cart, which is the team's one cart.
    cartsTotal: carts * legsPerLane * lanes,
    messagesPerLoad: MESSAGES[team](carts) * legsPerLane + (staging ? 2 : 0),
  };
}

/**
 * A design of the talk, with its lanes or carts changed if asked.
 *
 * @throws RangeError for an unknown name, and as {@link design} does.
 */
export function designOf(id: DesignId, changes: { lanes?: number | undefined; carts?: number | undefined } = {}): Design {
  if (!Object.hasOwn(PRESETS, id)) {
    throw new RangeError(`design must be one of ${DESIGN_IDS.join(", ")}, not ${JSON.stringify(id)}`);
  }
  const preset = PRESETS[id];
  return design({ ...preset, lanes: changes.lanes ?? preset.lanes, carts: changes.carts ?? preset.carts });
}

function requireWhole(name: string, value: number, maximum: number): void {
  if (!Number.isInteger(value) || value < 1 || value > maximum) {
    throw new RangeError(`${name} must be an integer from 1 to ${maximum}, not ${String(value)}`);
  }
}
