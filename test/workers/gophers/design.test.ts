import { describe, expect, test } from "vitest";
import { design, designOf, DESIGN_IDS, PRESETS, type DesignId, type Team } from "../../../workers/gophers/design.ts";

/** The table of docs/talk.md, "The eleven designs": gophers, piles, carts, dumps, incinerators, messages per load. */
const TABLE: Record<DesignId, readonly number[]> = {
  G1: [1, 1, 1, 0, 1, 0],
  G2: [2, 1, 1, 0, 1, 2],
  G3: [2, 1, 2, 0, 1, 4],
  G4: [2, 2, 2, 0, 2, 0],
  G5: [3, 1, 3, 0, 1, 4],
  G6: [4, 1, 4, 0, 1, 4],
  G7: [8, 2, 8, 0, 2, 4],
  G8: [2, 1, 2, 1, 1, 2],
  G9: [4, 2, 4, 2, 2, 2],
  G10: [8, 1, 8, 1, 1, 10],
  G11: [16, 2, 16, 2, 2, 10],
};

describe("the presets", () => {
  test.each(DESIGN_IDS)("%s is that of the table", (id) => {
    const { gophers, piles, cartsTotal, dumps, incinerators, messagesPerLoad } = designOf(id);
    expect([gophers, piles, cartsTotal, dumps, incinerators, messagesPerLoad]).toEqual(TABLE[id]);
  });

  test("eight of them are the corners of the lattice", () => {
    const corners = DESIGN_IDS.map((id) => PRESETS[id]).filter(({ team }) => team === "single" || team === "quartet");
    const found = corners.map(({ team, staging, lanes }) => `${team} ${staging} ${lanes}`);
    expect(new Set(found).size).toBe(8);
  });
});

describe("the generator", () => {
  test("lets lanes be free for every design", () => {
    for (const id of DESIGN_IDS) {
      for (const lanes of [1, 2, 7, 64]) {
        const { lanes: built, gophers, gophersPerTeam, legsPerLane, piles } = designOf(id, { lanes });
        expect(built).toBe(lanes);
        expect(piles).toBe(lanes);
        expect(gophers).toBe(lanes * gophersPerTeam * legsPerLane);
      }
    }
    expect(designOf("G6", { lanes: 2 })).toEqual(designOf("G7"));
    expect(designOf("G1", { lanes: 2 })).toEqual(designOf("G4"));
    expect(designOf("G10", { lanes: 2 })).toEqual(designOf("G11"));
  });

  test("lets carts be free where they mean something", () => {
    for (const id of ["G5", "G6", "G7", "G10", "G11"] as const) {
      expect(designOf(id, { carts: 1 }).carts).toBe(1);
      expect(designOf(id, { carts: 16 }).cartsTotal).toBe(16 * designOf(id).lanes * designOf(id).legsPerLane);
    }
    expect(designOf("G2", { carts: 2 })).toEqual(designOf("G3"));
  });

  test.each([
    [{ team: "single", staging: false, lanes: 1, carts: 2 }, /one cart, not 2/],
    [{ team: "pair", staging: false, lanes: 1, carts: 3 }, /not 3/],
    [{ team: "pair", staging: true, lanes: 1, carts: 2 }, /no staged form/],
    [{ team: "quintet" as Team, staging: true, lanes: 1, carts: 2 }, /single, pair, trio, quartet, not "quintet"/],
    [{ team: "quartet", staging: false, lanes: 0, carts: 4 }, /lanes .* 1 to 64, not 0/],
    [{ team: "quartet", staging: false, lanes: 65, carts: 4 }, /lanes .* not 65/],
    [{ team: "quartet", staging: false, lanes: 1.5, carts: 4 }, /lanes .* not 1.5/],
    [{ team: "quartet", staging: false, lanes: 1, carts: 0 }, /carts .* not 0/],
    [{ team: "quartet", staging: false, lanes: 1, carts: Number.NaN }, /carts .* not NaN/],
  ] as const)("refuses %j", (options, message) => {
    expect(() => design(options)).toThrow(RangeError);
    expect(() => design(options)).toThrow(message);
  });

  test("refuses a design it does not know", () => {
    expect(() => designOf("G12" as DesignId)).toThrow(/G1, G2, .*, G11, not "G12"/);
    expect(() => designOf("toString" as DesignId)).toThrow(RangeError);
  });
});
