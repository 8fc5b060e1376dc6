/**
 * Sawzall's aggregator tables: values are emitted into a table, and tables of
 * the same kind are merged.
 *
 * Invariant: emitting some values into one table and the others into another,
 * and then merging the two, gives the table of all values. These tables also do not
 * depend on the order, except for ties, where the value emitted first wins. A state is
 * plain data, which tasks can send to each other.
 *
 * Source: Pike, Dorward, Griesemer, Quinlan, "Interpreting the Data: Parallel
 * Analysis with Sawzall" (2005). Their tables estimate `top` and `quantile`
 * in bounded memory; this `top` is exact, and `quantile` counts in bins of at most 1 %.
 */

/** A kind of table: `V` is the type of emitted values, `S` of its state, `R` of its result. */
export interface Table<V, S, R> {
  open(): S;
  emit(state: S, value: V): void;
  /** Adds `from` to `into`; the values of `from` were emitted later. */
  merge(into: S, from: S): void;
  result(state: S): R;
}

/** The number of values. */
export const count: Table<unknown, { n: number }, number> = {
  open: () => ({ n: 0 }),
  emit: (state) => { state.n++; },
  merge: (into, { n }) => { into.n += n; },
  result: ({ n }) => n,
};

/** The sum of the values: exact for integers below 2^53. */
export const sum: Table<number, { sum: number }, number> = {
  open: () => ({ sum: 0 }),
  emit: (state, value) => { state.sum += value; },
  merge: (into, from) => { into.sum += from.sum; },
  result: (state) => state.sum,
};

/** The mean of the values; `null` if there are none. */
export const mean: Table<number, { sum: number; n: number }, number | null> = {
  open: () => ({ sum: 0, n: 0 }),
  emit: (state, value) => { state.sum += value; state.n++; },
  merge: (into, from) => { into.sum += from.sum; into.n += from.n; },
  result: (state) => (state.n === 0 ? null : state.sum / state.n),
};

/** A number with its place: the number of a file, and a byte in that file. */
export interface Placed {
  readonly value: number;
  readonly file: number;
  readonly at: number;
}

/** The largest value, and the first place that has it; `null` if there are no values. */
export const max: Table<Placed, { best: Placed | null }, Placed | null> = {
  open: () => ({ best: null }),
  emit: (state, value) => { if (state.best === null || value.value > state.best.value) state.best = value; },
  merge: (into, { best }) => { if (best !== null) max.emit(into, best); },
  result: ({ best }) => best,
};

/** The `k` most frequent texts with their counts; ties in the order of code units. */
export function top(k: number): Table<string, { counts: Map<string, number> }, [text: string, count: number][]> {
  return {
    open: () => ({ counts: new Map() }),
    emit: ({ counts }, text) => { counts.set(text, (counts.get(text) ?? 0) + 1); },
    merge: ({ counts }, from) => { for (const [text, n] of from.counts) counts.set(text, (counts.get(text) ?? 0) + n); },
    result: ({ counts }) => [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, k),
  };
}

/** Bins for each doubling: a bin is at most 1/128 of its values wide. Integers below 256 have one bin each. */
const BINS = 128;

/** Quantiles of integers at the given shares (0.5 is the median): the lower end of the bin that contains the quantile; `null` if there are no values. */
export function quantile(shares: readonly number[]): Table<number, { bins: Map<number, number>; n: number }, (number | null)[]> {
  return {
    open: () => ({ bins: new Map(), n: 0 }),
    emit: (state, value) => {
      const bin = lowerEnd(value);
      state.bins.set(bin, (state.bins.get(bin) ?? 0) + 1);
      state.n++;
    },
    merge: (into, from) => {
      for (const [bin, n] of from.bins) into.bins.set(bin, (into.bins.get(bin) ?? 0) + n);
      into.n += from.n;
    },
    result: ({ bins, n }) => {
      const rising = [...bins].toSorted(([a], [b]) => a - b);
      return shares.map((share) => {
        let left = Math.max(1, Math.ceil(share * n));
        return rising.find(([, held]) => (left -= held) <= 0)?.[0] ?? null;
      });
    },
  };
}

function lowerEnd(value: number): number {
  if (value < 2 * BINS) return value;
  const width = 2 ** Math.floor(Math.log2(value / BINS));
  return Math.floor(value / width) * width;
}

/**
 * The number of different texts: exact up to `k`, above that an estimate from the `k`
 * smallest hashes with an error of about 1/√k (Bar-Yossef and others 2002).
 */
export function unique(k: number): Table<string, { hashes: Set<number>; bound: number }, number> {
  const keepSmallest = (state: { hashes: Set<number>; bound: number }): void => {
    const smallest = [...state.hashes].toSorted((a, b) => a - b).slice(0, k);
    state.hashes = new Set(smallest);
    state.bound = smallest.at(-1) as number;
  };
  const add = (state: { hashes: Set<number>; bound: number }, hash: number): void => {
    if (hash > state.bound) return;
    state.hashes.add(hash);
    if (state.hashes.size > 2 * k) keepSmallest(state);
  };
  return {
    open: () => ({ hashes: new Set(), bound: Infinity }),
    emit: (state, text) => add(state, hashOf(text)),
    merge: (into, from) => { for (const hash of from.hashes) add(into, hash); },
    result: (state) => {
      if (state.hashes.size <= k && state.bound === Infinity) return state.hashes.size;
      keepSmallest(state);
      return Math.round(((k - 1) / state.bound) * 2 ** 53);
    },
  };
}

/** A text with its place. */
export interface Excerpt {
  readonly text: string;
  readonly file: number;
  readonly at: number;
}

/** A sample of `k` texts, sorted by place. Each text is equally likely; the choice depends only on the places, so it is the same in every run. */
export function sample(k: number): Table<Excerpt, { kept: (Excerpt & { readonly hash: number })[] }, Excerpt[]> {
  const add = (state: { kept: (Excerpt & { readonly hash: number })[] }, entry: Excerpt & { readonly hash: number }): void => {
    const { kept } = state;
    if (kept.length === k && entry.hash >= (kept[k - 1]?.hash ?? 0)) return;
    const behind = kept.findIndex(({ hash }) => hash > entry.hash);
    kept.splice(behind < 0 ? kept.length : behind, 0, entry);
    if (kept.length > k) kept.pop();
  };
  return {
    open: () => ({ kept: [] }),
    emit: (state, { text, file, at }) => add(state, { text, file, at, hash: hashOf(`${file}:${at}`) }),
    merge: (into, { kept }) => { for (const entry of kept) add(into, entry); },
    result: ({ kept }) => kept.map(({ text, file, at }) => ({ text, file, at })).toSorted((a, b) => a.file - b.file || a.at - b.at),
  };
}

/** 53 bits over the code units of a text (cyrb53: two multiplicative hashes, mixed as in MurmurHash3). */
function hashOf(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let k = 0; k < text.length; k++) {
    const unit = text.charCodeAt(k);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 2 ** 32 * (b & 0x1f_ffff) + (a >>> 0);
}
