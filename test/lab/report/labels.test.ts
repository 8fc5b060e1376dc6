import { expect, test } from "vitest";
import { placed } from "../../../src/lab/report/charts/labels.ts";

const FRAME = { left: 0, right: 600, top: 0, bottom: 400 };
const point = (x: number, y: number, name: string, group = "cpu") => ({ x, y, name, group });

test("a lone point has its name at its right", () => {
  const [label] = placed([point(100, 100, "G6")], FRAME);
  expect(label).toMatchObject({ text: "G6", y: 100 });
  expect(label?.x).toBeGreaterThan(100);
});

test("points that lie together share a label, which tells worlds apart when there are several", () => {
  expect(placed([point(100, 100, "G4"), point(104, 101, "G6")], FRAME).map(({ text }) => text)).toEqual(["G4, G6"]);
  expect(placed([point(100, 100, "G6·2"), point(104, 101, "G6·4"), point(104, 101, "G7·2")], FRAME).map(({ text }) => text)).toEqual(["G6·2/4, G7·2"]);
  const mixed = [point(100, 100, "G1"), point(101, 100, "G1", "wait"), point(103, 100, "loop", "dot")];
  expect(placed(mixed, FRAME).map(({ text }) => text)).toEqual(["cpu, wait: G1 · dot: loop"]);
});

test("no label lies on another, on a point, on what is taken, or outside the frame", () => {
  const points = Array.from({ length: 40 }, (_, index) => point(40 + ((index * 97) % 500), 30 + ((index * 61) % 340), `G${index}`));
  const taken = { left: 200, right: 260, top: 100, bottom: 130 };
  const boxes = placed(points, FRAME, [taken]).map(({ text, x, y }) => ({ left: x, right: x + text.length * 7.6, top: y - 7, bottom: y + 7 }));
  const overlap = (a: typeof taken, b: typeof taken): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  expect(boxes.length).toBeGreaterThan(20);
  for (const [index, box] of boxes.entries()) {
    expect(boxes.slice(index + 1).filter((other) => overlap(box, other))).toEqual([]);
    expect(overlap(box, taken)).toBe(false);
    expect(points.filter(({ x, y }) => overlap(box, { left: x - 4.9, right: x + 4.9, top: y - 4.9, bottom: y + 4.9 }))).toEqual([]);
    expect(box.left >= 0 && box.right <= 600 && box.top >= 0 && box.bottom <= 400).toBe(true);
  }
});

test("what finds no place has no label", () => {
  expect(placed([point(5, 5, "a name that is far too long for its frame")], { left: 0, right: 60, top: 0, bottom: 20 })).toEqual([]);
});
