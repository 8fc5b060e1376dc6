/**
 * Names next to points, without overlaps: points close to each other
 * share one label, and each label takes the first free one of eight places
 * around its points. Greedy; what finds no place is left to the tooltip and the
 * table. All in pixels.
 */

/** A point with its name and group. A label of points of several groups names the groups. */
export interface Named {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly group: string;
}

/** A label and the middle of its left edge. */
export interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** A part of the picture. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Size of a label's text: an estimate for 12 px of a wide sans-serif, bold. */
const CHARACTER_WIDTH = 7.6;
const LINE_HEIGHT = 14;
/** Points nearer than this share a label. */
const TOGETHER = 13;
/** From a point to its label. */
const GAP = 9;

/** Places the labels inside `frame`, around `taken` boxes. */
export function placed(points: readonly Named[], frame: Box, taken: readonly Box[] = []): Label[] {
  const boxes = [...taken, ...points.map(({ x, y }) => ({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 }))];
  return clusters(points).flatMap((cluster) => {
    const text = textOf(cluster);
    const free = places(cluster, text.length * CHARACTER_WIDTH).find((box) => box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom
      && !boxes.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom));
    if (free === undefined) return [];
    boxes.push(free);
    return [{ text, x: free.left, y: (free.top + free.bottom) / 2 }];
  });
}

/** "G4, G6"; of several groups "cpu, wait: G1 · mixed: G4, G6". */
function textOf(cluster: readonly Named[]): string {
  const groups = [...Map.groupBy(cluster, ({ group }) => group)].map(([group, points]) => ({ group, names: namesOf(points) }));
  if (groups.length === 1) return groups[0]?.names ?? "";
  return [...Map.groupBy(groups, ({ names }) => names)].map(([names, same]) => `${same.map(({ group }) => group).join(", ")}: ${names}`).join(" · ");
}

/** "G4, G6·2/4": names before a dot once, with all that comes after it. */
function namesOf(points: readonly Named[]): string {
  const ends = Map.groupBy(new Set(points.map(({ name }) => name)), (name) => name.split("·")[0] as string);
  return [...ends].map(([start, names]) => (names.length === 1 ? names[0] : `${start}·${names.map((name) => name.slice(start.length + 1)).join("/")}`)).join(", ");
}

/** Points that lie together, each in exactly one cluster, in the order of their first. */
function clusters(points: readonly Named[]): Named[][] {
  const found: Named[][] = [];
  for (const point of points) {
    const near = found.find((cluster) => cluster.some(({ x, y }) => Math.hypot(x - point.x, y - point.y) < TOGETHER));
    if (near === undefined) found.push([point]);
    else near.push(point);
  }
  return found;
}

/** Right, left, above, below, then the corners, then the same further out. */
function places(cluster: readonly Named[], width: number): Box[] {
  const [xs, ys] = [cluster.map(({ x }) => x), cluster.map(({ y }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const [middle, center] = [(top + bottom) / 2, (left + right) / 2];
  const at = (x: number, y: number): Box => ({ left: x, right: x + width, top: y - LINE_HEIGHT / 2, bottom: y + LINE_HEIGHT / 2 });
  return [GAP, 2 * GAP, 3 * GAP].flatMap((gap) => [
    at(right + gap, middle), at(left - gap - width, middle), at(center - width / 2, top - gap - 4), at(center - width / 2, bottom + gap + 4),
    at(right + gap / 2, top - gap), at(right + gap / 2, bottom + gap), at(left - gap / 2 - width, top - gap), at(left - gap / 2 - width, bottom + gap),
  ]);
}
