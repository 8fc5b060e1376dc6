/** What a pattern says of itself: a value that must be, or a range that a value must lie in. */
export type PatternCheck =
  | { readonly name: string; readonly expected: number | string; readonly measured: number | string }
  | { readonly name: string; readonly low: number; readonly high: number; readonly measured: number; readonly why: string };

/** How to run the patterns. */
export interface PatternOptions {
  /** Sizes of the literature where they take seconds: five million passes, a million tasks. */
  readonly full: boolean;
}

export function same<T extends number | string>(name: string, expected: T, measured: T): PatternCheck {
  return { name, expected, measured };
}

export function within(name: string, low: number, high: number, measured: number, why: string): PatternCheck {
  return { name, low, high, measured, why };
}
