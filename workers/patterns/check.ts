/** A check of a pattern: the expected value, or the range in which a value must be. */
export type PatternCheck =
  | { readonly name: string; readonly expected: number | string; readonly measured: number | string }
  | { readonly name: string; readonly low: number; readonly high: number; readonly measured: number; readonly why: string };

/** How to run the patterns. */
export interface PatternOptions {
  /** Uses the sizes of the literature even if they take seconds: five million passes, a million tasks. */
  readonly full: boolean;
}

export function same<T extends number | string>(name: string, expected: T, measured: T): PatternCheck {
  return { name, expected, measured };
}

export function within(name: string, low: number, high: number, measured: number, why: string): PatternCheck {
  return { name, low, high, measured, why };
}
