/** Type equality, for tests that the type checker runs: `expectType<Equal<A, B>>(true)`. */

/** `true` if A and B are the same type, not merely assignable to each other. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does nothing: its argument type is the assertion. */
export function expectType<T extends boolean>(_holds: T): void {}
