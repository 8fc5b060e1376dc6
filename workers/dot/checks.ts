/**
 * The checks of dot products: each invariant is one line of a result.
 */
import type { Kernel } from "./config.ts";

/** An invariant and whether it held. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Products of the same vectors with the same kernel, checked. */
export interface CheckedProducts {
  /** The last product, and its 64 bits in hex. */
  readonly value: number;
  readonly bits: string;
  readonly checks: readonly Check[];
}

/**
 * Checks that all products have the same 64 bits, and that they are the exact
 * product if that is known (for integers every order of additions is exact).
 *
 * @param values one or more products
 */
export function checkProducts(values: Float64Array, exact: bigint | null, kernel: Kernel): CheckedProducts {
  const words = new BigUint64Array(values.buffer, values.byteOffset, values.length);
  const [first = 0n] = words;
  const other = words.find((word) => word !== first);
  const bits = printBits(words.at(-1) ?? 0n);
  const same: Check = {
    name: "bit-identical products",
    ok: other === undefined,
    detail: other === undefined ? `${values.length} × ${bits} (${kernel})` : `${printBits(first)} and ${printBits(other)} (${kernel})`,
  };
  const value = values.at(-1) ?? 0;
  if (exact === null) return { value, bits, checks: [same] };
  const wrong = values.find((product) => product !== Number(exact));
  const right: Check = { name: "the exact product", ok: wrong === undefined, detail: wrong === undefined ? `${exact}` : `${wrong} instead of ${exact} (${kernel})` };
  return { value, bits, checks: [same, right] };
}

/** A double's 64 bits: "0x41c3a1b2c0000000". */
function printBits(word: bigint): string {
  return `0x${word.toString(16).padStart(16, "0")}`;
}
