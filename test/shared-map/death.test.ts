/**
 * The death of a thread at every single write of every operation of a shared map:
 * afterwards the map works, holds what it must, and nobody waits for the dead.
 */
import { describe, expect, test, vi } from "vitest";
import { utf8 } from "../../src/index.ts";
import { KIND, syncHeader } from "../../src/memory/layout.ts";
import { mapEntry, mapHeader } from "../../src/shared-map/words.ts";
import { headersOf } from "../../src/memory/headers.ts";
import { Names } from "../../src/memory/names.ts";
import { BoundedMap } from "../../src/shared-map/bounded-map.ts";
import { Entries } from "../../src/shared-map/entry.ts";
import { dieEverywhere as dieAtEveryWrite, stateOf } from "../wait/deaths.ts";
import { type HandMadeThread, freshMemory, handMadeWorld } from "../wait/hand-made.ts";

vi.mock("../../src/memory/atomics.ts", async (original) => (await import("../wait/mortal-memory.ts")).mortalAtomics(await original()));

const MAX = 3;
type TextMap = BoundedMap<string, string>;

/** One map, as three threads see it; the first of them may die. */
class Scene {
  readonly main: HandMadeThread;
  readonly victim: HandMadeThread;
  readonly other: HandMadeThread;
  readonly onMain: TextMap;
  readonly onVictim: TextMap;
  readonly onOther: TextMap;

  constructor() {
    ({ main: this.main, victim: this.victim, other: this.other } = handMadeWorld(true, false, freshMemory()));
    const at = BoundedMap.make(this.main.waiters, { max: MAX });
    const open = ({ waiters, arena }: HandMadeThread): TextMap => new BoundedMap(waiters, at, arena.i32[at + syncHeader.generation], new Entries(waiters, new Names(arena)), utf8, utf8);
    [this.onMain, this.onVictim, this.onOther] = [open(this.main), open(this.victim), open(this.other)];
    for (const key of ["a", "b", "c"]) this.onMain.set(key, `${key} of main`);
    // The name of the type, and a record in reserve: all that dies is the operation.
    this.onVictim.set("c", "c of main");
    for (const thread of [this.main, this.victim, this.other]) thread.waiters.prepare();
  }

  die(death: number, operation: () => unknown): boolean {
    return this.victim.die(death, operation);
  }

  /** What the supervisor and the threads do. */
  repair(): void {
    this.main.repairAfter(0, [this.main, this.other]);
    for (const thread of [this.main, this.other]) thread.completeGranted();
    for (const thread of [this.main, this.other, this.main]) thread.pump();
  }

  /** The values of all keys, as both living threads see them. */
  contents(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const key of ["a", "b", "c", "d", "e"]) {
      const value = this.onMain.get(key);
      expect(this.onOther.get(key)).toBe(value);
      if (value !== undefined) found[key] = value;
    }
    return found;
  }

  /** Count, list and chains are of one mind, and the map takes and evicts as ever. */
  expectWhole(): void {
    const { i32 } = this.main.arena;
    const at = this.onMain.header;
    expect(i32[at + syncHeader.lock]).toBe(0);
    const chains: number[] = [];
    for (let bucket = 0; bucket <= i32[at + mapHeader.mask]; bucket++) {
      for (let entry = i32[i32[at + mapHeader.table] + bucket]; entry !== 0; entry = i32[entry + mapEntry.next]) if (i32[entry + mapEntry.load] === 0) chains.push(entry);
    }
    const list: number[] = [];
    let last = 0;
    for (let entry = i32[at + mapHeader.oldest]; entry !== 0; entry = i32[entry + mapEntry.newer]) {
      expect(i32[entry + mapEntry.older]).toBe(last);
      list.push((last = entry));
    }
    expect([i32[at + mapHeader.newest], list.toSorted(), this.onMain.size]).toEqual([last, chains.toSorted(), chains.length]);
    expect(chains.length).toBeLessThanOrEqual(MAX);
    for (const key of ["v", "w", "x", "y", "z"]) this.onOther.set(key, key);
    expect(["x", "y", "z"].map((key) => this.onMain.get(key))).toEqual(["x", "y", "z"]);
    expect(this.onMain.size).toBe(MAX);
  }

  /** Loads that have not been freed. */
  get loads(): number {
    return [...headersOf(this.main.arena)].filter((at) => this.main.arena.i32[at + syncHeader.kind] === KIND.load).length;
  }
}

/** An operation of a map writes more than one of a lock. */
const MOST_WRITES = 400;
const dieEverywhere = (scene: (death: number) => Promise<boolean> | boolean, least = 3): Promise<void> => dieAtEveryWrite(scene, { least, most: MOST_WRITES });

const FULL = { a: "a of main", b: "b of main", c: "c of main" };

describe("a thread that dies", () => {
  test("setting a key that is there: it has the old value or the new one", async () => {
    const seen = new Set<string>();
    await dieEverywhere((death) => {
      const s = new Scene();
      const died = s.die(death, () => s.onVictim.set("b", "new"));
      s.repair();
      const contents = s.contents();
      seen.add(contents.b);
      expect(contents).toEqual({ ...FULL, b: contents.b });
      s.expectWhole();
      return died;
    });
    expect(seen).toEqual(new Set(["b of main", "new"]));
  });

  test("setting a new key in a full map: it is there or not, and at most one other has gone", async () => {
    await dieEverywhere((death) => {
      const s = new Scene();
      const died = s.die(death, () => s.onVictim.set("d", "new"));
      s.repair();
      const contents = s.contents();
      const { d, ...others } = contents;
      expect([undefined, "new"]).toContain(d);
      expect(FULL).toMatchObject(others);
      expect(Object.keys(others).length).toBeGreaterThanOrEqual(2);
      s.expectWhole();
      return died;
    });
  });

  test("getting, or asking for one that must be spared: nothing has changed", async () => {
    await dieEverywhere((death) => {
      const s = new Scene();
      const died = s.die(death, () => s.onVictim.get("a"));
      s.repair();
      expect(s.contents()).toEqual(FULL);
      s.expectWhole();
      return died;
    }, 2);
    await dieEverywhere((death) => {
      const s = new Scene();
      for (const key of ["a", "b", "c"]) s.onMain.get(key);
      const died = s.die(death, () => s.onVictim.set("d", "new"));
      s.repair();
      expect(s.onMain.size).toBeGreaterThanOrEqual(2);
      s.expectWhole();
      return died;
    });
  });

  test("deleting or clearing: each key is there with its value, or is not", async () => {
    for (const operation of [(map: TextMap) => map.delete("b"), (map: TextMap) => map.clear()]) {
      await dieEverywhere((death) => {
        const s = new Scene();
        const died = s.die(death, () => operation(s.onVictim));
        s.repair();
        expect(FULL).toMatchObject(s.contents());
        s.expectWhole();
        return died;
      });
    }
  });

  test("freeing the map: it is freed, with all that is in it, or it works", async () => {
    await dieEverywhere((death) => {
      const s = new Scene();
      const died = s.die(death, () => s.onVictim.free());
      s.repair();
      const { i32 } = s.main.arena;
      if (i32[s.onMain.header + syncHeader.generation] === s.onMain.generation) s.expectWhole();
      else expect(() => s.onMain.get("a")).toThrow(expect.objectContaining({ code: "ERR_STALE_HANDLE" }));
      return died;
    });
  });

  test("loading: the next call loads, or finds the value; nothing waits and no load is left", async () => {
    const seen = new Set<string>();
    await dieEverywhere((death) => {
      const s = new Scene();
      const died = s.die(death, () => s.onVictim.load("d", () => "of the dead"));
      s.repair();
      const value = s.onOther.load("d", () => "of the living");
      seen.add(String(value));
      expect([s.onMain.load("d", () => "nobody's"), s.loads]).toEqual([value, 0]);
      s.expectWhole();
      return died;
    });
    expect(seen).toEqual(new Set(["of the living", "of the dead"]));
  });

  test("while others wait for its load: they get its value, or the first of them loads", async () => {
    const seen = new Set<unknown>();
    for (const fails of [false, true]) {
      let isOver = false;
      for (let death = 0; !isOver; death++) {
        expect(death).toBeLessThan(MOST_WRITES);
        const s = new Scene();
        const waits: unknown[] = [];
        // They come while the loader runs, which is the last that happens before it may die.
        const died = s.die(Infinity, () =>
          Promise.try(() => s.onVictim.load("d", () => {
            waits.push(s.onMain.load("d", () => "of main"), s.onOther.load("d", () => "of the other"));
            s.victim.life.writesLeft = death;
            // Without a stack, which would need a block that has to be cut first.
            if (fails) throw Object.assign(new Error("broken"), { stack: "" });
            return "of the dead";
          })),
        );
        isOver = s.victim.life.isOver !== true;
        for (const wait of waits) (wait as Promise<unknown>).catch(() => undefined);
        if (!isOver) s.repair();
        else for (const thread of [s.main, s.other, s.main]) thread.pump();
        const states = [];
        for (const wait of waits) {
          states.push(await stateOf(wait));
          // Its loader may have run now: then the next can go on.
          s.other.pump();
        }
        const [first] = states;
        expect(states).toEqual([first, first]);
        expect(["of the dead", "of main"].includes(first as string) || (first as Error).message === "broken").toBe(true);
        seen.add(first instanceof Error ? first.message : first);
        expect([died, s.loads]).toEqual([died, 0]);
        const value = s.onMain.get("d");
        expect(first instanceof Error ? value : value === first || value === undefined).toBe(first instanceof Error ? undefined : true);
        s.expectWhole();
      }
    }
    expect(seen).toEqual(new Set(["of the dead", "of main", "broken"]));
  });

  test("waiting for a load, or reading what it gave: the load ends without it", async () => {
    for (const when of ["waiting", "reading"] as const) {
      await dieEverywhere(async (death) => {
        const s = new Scene();
        const loaded = Promise.withResolvers<string>();
        const first = s.onMain.load("d", () => loaded.promise);
        let died = false;
        if (when === "waiting") died = s.die(death, () => s.onVictim.load("d", () => "of the dead"));
        else void Promise.resolve(s.onVictim.load("d", () => "of the dead")).catch(() => undefined);
        if (when === "waiting") s.repair();
        const other = s.onOther.load("d", () => "of the other");
        loaded.resolve("the value");
        expect(await stateOf(first)).toBe("the value");
        if (when === "reading") {
          died = s.die(death, () => s.victim.pump());
          s.repair();
        }
        s.other.pump();
        expect([await stateOf(other), s.onMain.get("d"), s.loads]).toEqual(["the value", "the value", 0]);
        s.expectWhole();
        return died;
      }, 1);
    }
  });
});
