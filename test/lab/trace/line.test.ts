import { describe, expect, test } from "vitest";
import { ThreadLine } from "../../../src/lab/trace/line.ts";

/** A line, its slices as `[task, from, to]`, and the tasks that stopped unseen. */
function lineOf(events: (line: ThreadLine) => void): { slices: [number, number, number][]; unseen: [number, number][] } {
  const unseen: [number, number][] = [];
  const line = new ThreadLine(0, (task, ns) => unseen.push([task, ns]));
  events(line);
  return { slices: line.slices.filter(([, , fromNs, toNs]) => toNs > fromNs).map(([, task, fromNs, toNs]) => [task, fromNs, toNs]), unseen };
}

describe("who runs on a thread", () => {
  test("those in line, one after the other, from when the one before has stopped", () => {
    const { slices } = lineOf((line) => {
      line.clear(0);
      line.push(1, 1);
      line.push(2, 2);
      line.stop(1, 10);
      line.stop(2, 30);
    });
    expect(slices).toEqual([[1, 1, 10], [2, 10, 30]]);
  });

  test("who was put in line later than the one before stopped begins then", () => {
    const { slices } = lineOf((line) => {
      line.push(1, 1);
      line.stop(1, 10);
      line.push(2, 14);
      line.stop(2, 30);
    });
    expect(slices).toEqual([[1, 1, 10], [2, 14, 30]]);
  });

  test("a task that is started runs at once, before those in line", () => {
    const { slices } = lineOf((line) => {
      line.push(1, 1);
      line.start(2, 5);
      line.stop(2, 8);
      line.stop(1, 20);
    });
    expect(slices).toEqual([[2, 5, 8], [1, 8, 20]]);
  });

  test("of two that are started in one turn the first has stopped when the second begins", () => {
    const { slices, unseen } = lineOf((line) => {
      line.start(1, 5);
      line.start(2, 9);
      line.stop(2, 12);
      line.end(1, 13);
    });
    expect(slices).toEqual([[1, 5, 9], [2, 9, 12]]);
    expect(unseen).toEqual([[1, 9]]);
  });

  test("a turn closes what is open: its task waits for something unseen", () => {
    const { slices, unseen } = lineOf((line) => {
      line.push(1, 1);
      line.push(2, 2);
      line.clear(50);
    });
    expect(slices).toEqual([[1, 1, 50]]);
    expect(unseen).toEqual([[1, 50], [2, 50]]);
  });

  test("who acts while another is the head has followed it: the time since the head's last sign is the later one's", () => {
    const { slices, unseen } = lineOf((line) => {
      line.push(1, 1);
      line.push(2, 2);
      line.act(1, 20);
      line.act(2, 30);
      line.stop(2, 40);
    });
    expect(slices).toEqual([[1, 1, 20], [2, 20, 40]]);
    expect(unseen).toEqual([[1, 20]]);
  });

  test("two that await values that are there take turns unseen", () => {
    const { slices } = lineOf((line) => {
      line.push(1, 1);
      line.push(2, 2);
      line.act(1, 10);
      line.act(2, 20);
      line.act(1, 30);
      line.stop(2, 40);
      line.stop(1, 50);
    });
    expect(slices).toEqual([[1, 1, 10], [2, 10, 20], [1, 20, 30], [2, 30, 40], [1, 40, 50]]);
  });

  test("a task that goes on by itself runs since it is known to", () => {
    const { slices } = lineOf((line) => {
      line.clear(0);
      line.actUnseen(1, 12, 20);
      line.stop(1, 25);
    });
    expect(slices).toEqual([[1, 12, 25]]);
  });

  test("a task that parks and goes on until it awaits that has run until then", () => {
    const { slices } = lineOf((line) => {
      line.push(1, 1);
      line.stop(1, 10);
      line.push(2, 10);
      line.stop(1, 15);
      line.stop(2, 30);
    });
    expect(slices).toEqual([[1, 1, 15], [2, 15, 30]]);
  });

  test("an end that comes late is no running", () => {
    const { slices } = lineOf((line) => {
      line.start(1, 1);
      line.start(2, 5);
      line.clear(9);
      line.end(1, 12);
      line.end(2, 13);
    });
    expect(slices).toEqual([[1, 1, 5], [2, 5, 9]]);
  });
});

describe("slices that are taken while the thread runs", () => {
  test("stay as they are: what comes after is one more", () => {
    const line = new ThreadLine(0, () => undefined);
    line.push(1, 1);
    expect(line.running).toEqual({ task: 1, sinceNs: 1 });
    line.stop(1, 10);
    expect(line.running).toBeNull();
    expect(line.take()).toEqual([[0, 1, 1, 10]]);
    expect(line.take()).toEqual([]);
    // it had parked and not stopped
    line.act(1, 14);
    line.act(1, 16);
    expect(line.take()).toEqual([[0, 1, 10, 16]]);
    line.push(2, 12);
    expect(line.running).toEqual({ task: 2, sinceNs: 16 });
    line.clear(30);
    expect(line.take()).toEqual([[0, 2, 16, 30]]);
  });

  test("the head of the line runs from when the one before it has stopped", () => {
    const line = new ThreadLine(0, () => undefined);
    line.push(1, 1);
    line.push(2, 2);
    line.stop(1, 10);
    expect(line.running).toEqual({ task: 2, sinceNs: 10 });
    line.start(3, 12);
    expect(line.running).toEqual({ task: 3, sinceNs: 12 });
  });
});
