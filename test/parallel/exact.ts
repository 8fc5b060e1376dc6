/**
 * Exact arithmetic for the tests: a float64 is an integer times a power of two,
 * so sums of products are exact in BigInt, scaled by 2^2148.
 */

const MANTISSA_BITS = 52n;
/** All values are kept as integers in units of 2^-1074, products in 2^-2148. */
const UNIT_EXPONENT = 1074;

const word = new DataView(new ArrayBuffer(8));

/** A finite float64 as an integer number of 2^-1074. */
function toUnits(value: number): bigint {
  word.setFloat64(0, value);
  const bits = word.getBigUint64(0);
  const exponent = (bits >> MANTISSA_BITS) & 0x7ffn;
  const fraction = bits & ((1n << MANTISSA_BITS) - 1n);
  const magnitude = exponent === 0n ? fraction : (fraction | (1n << MANTISSA_BITS)) << (exponent - 1n);
  return value < 0 ? -magnitude : magnitude;
}

/** The exact sum of a[i] b[i] and of |a[i] b[i]|, in units of 2^-2148. */
export function exactDot(a: Float64Array, b: Float64Array): { sum: bigint; absolute: bigint } {
  let sum = 0n;
  let absolute = 0n;
  for (let i = 0; i < a.length; i++) {
    const product = toUnits(a[i]!) * toUnits(b[i]!);
    sum += product;
    absolute += product < 0n ? -product : product;
  }
  return { sum, absolute };
}

/**
 * Whether |computed - sum| <= gamma(k) absolute, with gamma(k) = k u / (1 - k u) and
 * u = 2^-53, decided exactly: multiplied out, |error| (2^53 - k) <= k absolute.
 */
export function withinBound(computed: number, exact: { sum: bigint; absolute: bigint }, k: number): boolean {
  const error = (toUnits(computed) << BigInt(UNIT_EXPONENT)) - exact.sum;
  return (error < 0n ? -error : error) * ((1n << 53n) - BigInt(k)) <= BigInt(k) * exact.absolute;
}
