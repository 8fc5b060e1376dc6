/** Lists in the order of time. */

/**
 * How many entries of a sorted list come at `t` or before.
 *
 * @template T
 * @param {readonly T[]} list
 * @param {number} t
 * @param {(entry: T) => number} timeOf
 */
export function countUpTo(list, t, timeOf) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeOf(/** @type {T} */ (list[middle])) <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The last entry at `t` or before.
 *
 * @template T
 * @param {readonly T[]} list
 * @param {number} t
 * @param {(entry: T) => number} timeOf
 * @returns {T | undefined}
 */
export function lastUpTo(list, t, timeOf) {
  return list[countUpTo(list, t, timeOf) - 1];
}

/**
 * Puts an entry at its place: nearly always the end.
 *
 * @template T
 * @param {T[]} list
 * @param {T} entry
 * @param {(entry: T) => number} timeOf
 */
export function insert(list, entry, timeOf) {
  const last = list.at(-1);
  if (last === undefined || timeOf(last) <= timeOf(entry)) list.push(entry);
  else list.splice(countUpTo(list, timeOf(entry), timeOf), 0, entry);
}

/**
 * A number that changes at times: sums of changes, asked for at any time.
 */
export class Level {
  #start;
  /** @type {{ ms: number, value: number }[]} */
  #points = [];

  /** @param {number} start */
  constructor(start) {
    this.#start = start;
  }

  /** @param {number} ms @param {number} change */
  add(ms, change) {
    const at = countUpTo(this.#points, ms, timeOfPoint);
    this.#points.splice(at, 0, { ms, value: (this.#points[at - 1]?.value ?? this.#start) + change });
    for (let k = at + 1; k < this.#points.length; k++) /** @type {{ value: number }} */ (this.#points[k]).value += change;
  }

  /** @param {number} t */
  at(t) {
    return lastUpTo(this.#points, t, timeOfPoint)?.value ?? this.#start;
  }

  get last() {
    return this.#points.at(-1)?.value ?? this.#start;
  }

  /** Forgets what came before, except the value at that time. @param {number} ms */
  forget(ms) {
    const upTo = countUpTo(this.#points, ms, timeOfPoint);
    if (upTo < 2) return;
    this.#start = /** @type {{ value: number }} */ (this.#points[upTo - 1]).value;
    this.#points.splice(0, upTo);
  }
}

/** @param {{ ms: number }} point */
function timeOfPoint({ ms }) {
  return ms;
}
