/**
 * The death of a thread at every single write of every operation of the objects that
 * count: afterwards the object is whole, and each wait goes on or waits for the rest.
 */
import { describe, expect, test, vi } from "vitest";
import { SharedBarrier } from "../../../src/sync/barrier.ts";
import { SharedCounter } from "../../../src/sync/counter.ts";
import { SharedOnce } from "../../../src/sync/once.ts";
import { SharedWaitGroup } from "../../../src/sync/wait-group.ts";
import { dieEverywhere } from "../../wait/deaths.ts";
import { Death } from "../../wait/mortal-memory.ts";
import { Scene, endOf } from "./repair-scene.ts";

vi.mock("../../../src/memory/atomics.ts", async (original) => (await import("../../wait/mortal-memory.ts")).mortalAtomics(await original()));

describe("a thread that dies", () => {
  test("in the last done of a wait group: all waiting tasks continue, or none if it was not counted", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedWaitGroup);
      s.onMain.add(1);
      const waits = [s.onMain.wait(), s.onOther.wait(), s.onMain.wait()];
      const died = s.die(death, () => s.onVictim.done());
      s.repair();
      if (s.onMain.count === 1) {
        for (const wait of waits) expect(await endOf(wait)).toBe("pending");
        s.onMain.done();
        s.pump();
      }
      for (const wait of waits) expect(await endOf(wait)).toBe("ended");
      s.expectWhole(0);
      return died;
    });
  });

  test("running a Once, or ending it: the next one runs, or all go on", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedOnce);
      let ran = 0;
      const [running, hasRun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const first = Promise.resolve(s.onVictim.do(() => running.promise));
      const waits = [s.onMain.do(() => void ran++), s.onOther.do(() => void ran++)];
      s.victim.life.writesLeft = death;
      let died = false;
      void first.then(
        () => hasRun.resolve(),
        (error) => {
          died = error instanceof Death;
          hasRun.resolve();
        },
      );
      running.resolve();
      await hasRun.promise;
      s.victim.life.writesLeft = 0;
      s.repair();
      for (const wait of waits) {
        expect(await endOf(wait)).toBe("ended");
        s.pump();
      }
      expect(s.onMain.isDone).toBe(true);
      expect(ran).toBeLessThanOrEqual(1);
      s.expectWhole(0);
      return died;
    });
  });

  test("in a barrier's last arrival: all go on with places of their own, or all still wait", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedBarrier, 4);
      const waits = [s.onMain.wait(), s.onOther.wait(), s.onMain.wait()] as Promise<number>[];
      const died = s.die(death, () => s.onVictim.wait());
      s.repair();
      if (s.word("waiting") === 3) {
        expect(s.onOther.wait()).toBe(3);
        s.pump();
      }
      expect(await Promise.all(waits)).toEqual([0, 1, 2]);
      s.expectWhole(0);
      return died;
    });
  });

  test("adding to a counter: tasks that waited for less continue, the others wait", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedCounter);
      const waits = [s.onMain.until(7), s.onOther.until(3), s.onMain.until(5)];
      const died = s.die(death, () => s.onVictim.add(5));
      s.repair();
      if (s.onMain.value === 0) {
        s.onMain.add(5);
        s.pump();
      }
      expect([await endOf(waits[0]), await endOf(waits[1]), await endOf(waits[2])]).toEqual(["pending", "ended", "ended"]);
      s.expectWhole(1);
      s.onOther.add(2);
      s.pump();
      expect(await endOf(waits[0])).toBe("ended");
      return died;
    });
  });

  test("waiting in the middle of a counter's queue: the order stays", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedCounter);
      const waits = [s.onMain.until(2), s.onOther.until(8), s.onMain.until(4), s.onOther.until(6)];
      const died = s.die(death, () => s.onVictim.until(5));
      s.repair();
      s.expectWhole(4);
      s.onMain.add(8);
      s.pump();
      for (const wait of waits) expect(await endOf(wait)).toBe("ended");
      s.expectWhole(0);
      return died;
    });
  });

  test("leaving a counter's queue by a signal: the others stay in order", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedCounter);
      const waits = [6, 2].map((n) => s.onOther.until(n));
      const leaving = s.onVictim.until(4);
      waits.push(s.onMain.until(5), s.onMain.until(3));
      const [wait] = [...s.victim.waiters.list()];
      const died = s.die(death, () => s.onVictim.withdraw(wait));
      s.repair();
      void leaving;
      s.expectWhole(4);
      s.onOther.add(5);
      s.pump();
      expect(await Promise.all(waits.map(endOf))).toEqual(["pending", "ended", "ended", "ended"]);
      s.expectWhole(1);
      return died;
    });
  });
});
