/**
 * The dot product of one chunk, in two kernels: plain JavaScript and WebAssembly SIMD.
 * Both read the shared memory directly; nothing is copied.
 *
 * Invariants:
 * - Each kernel's order of additions is a pure function of `n`, so a call repeated
 *   on the same data, on any thread, gives the same 64 bits. The two kernels have
 *   different orders, so their results differ in the last bits; both keep the
 *   bound in dot-grid.ts.
 * - A span outside the memory is refused before a kernel runs.
 * - Nothing is synchronised: all writes to the vectors must be finished before.
 *
 * WebAssembly has no on-stack replacement, so a call that starts in baseline code
 * stays there: call per chunk (at most 65,536 elements), never once over a long
 * vector. V8 keeps one native module per process for equal bytes, so compiling in
 * each thread is cheap, and all threads share the optimised code.
 *
 * Not done: sending the compiled module from thread to thread (V8 shares it anyway);
 * memory that grows (it is reserved at full size: the kernels know the size that the
 * memory had when they were made, and refuse addresses beyond).
 */

import { printValue, WarrenError } from "../errors.ts";
import { DOT_WASM_BASE64 } from "./dot-wasm.ts";

/** The kernel: a plain loop over a Float64Array, or WebAssembly with 128-bit vectors. */
export type DotKernel = "js" | "simd";

/**
 * The dot product of `n` float64 elements of two vectors, in the memory for which the
 * kernel was made. The vectors can overlap or be the same.
 *
 * @param aByteOffset byte address of a[0]: a multiple of 8
 * @param bByteOffset byte address of b[0]: a multiple of 8
 * @param n number of elements, 0 or more; call with at most 65,536 for full speed
 * @throws ERR_INVALID_ARGUMENT when a span is not aligned or not inside the memory
 */
export type DotChunk = (aByteOffset: number, bByteOffset: number, n: number) => number;

const ELEMENT_BYTES = 8;
/** Enough short calls for V8 to begin to collect types: 0.2-0.5 ms in total, once per memory and thread. */
const PRIMING_CALLS = 200;
const kernelsByMemory = new WeakMap<WebAssembly.Memory, Readonly<Record<DotKernel, DotChunk>>>();
let compiled: WebAssembly.Module | undefined;

/**
 * Both kernels for a shared memory. The module is compiled once per thread and
 * instantiated once per memory; later calls return the same object.
 *
 * @internal
 * @throws ERR_INVALID_ARGUMENT when the memory is not shared or has no page
 */
export function dotKernels(memory: WebAssembly.Memory): Readonly<Record<DotKernel, DotChunk>> {
  let kernels = kernelsByMemory.get(memory);
  if (kernels === undefined) {
    kernels = makeKernels(memory);
    kernelsByMemory.set(memory, kernels);
  }
  return kernels;
}

function makeKernels(memory: WebAssembly.Memory): Readonly<Record<DotKernel, DotChunk>> {
  const buffer = memory.buffer as ArrayBufferLike;
  const shared = buffer instanceof SharedArrayBuffer;
  if (!shared || buffer.byteLength === 0) {
    const actual = `${shared ? "a shared" : "an unshared"} one of ${buffer.byteLength} bytes`;
    throw new WarrenError("ERR_INVALID_ARGUMENT", `the dot kernels need a shared WebAssembly.Memory of at least one page, not ${actual}`, {
      shared,
      byteLength: buffer.byteLength,
    });
  }
  compiled ??= new WebAssembly.Module(Buffer.from(DOT_WASM_BASE64, "base64"));
  const simdDot = new WebAssembly.Instance(compiled, { env: { memory } }).exports["dot"] as DotChunk;
  const { byteLength } = buffer;
  return {
    js: makeJsDot(new Float64Array(buffer)),
    simd: (aByteOffset, bByteOffset, n) => {
      refuseMisfit("a", aByteOffset, n, byteLength);
      refuseMisfit("b", bByteOffset, n, byteLength);
      return simdDot(aByteOffset, bByteOffset, n);
    },
  };
}

/**
 * The plain kernel over one view of the whole memory. Like the SIMD kernel it
 * walks two halves side by side (dot.wat says why), here with two accumulators
 * each, then adds the n mod 4 elements left. Roundings per product: at most
 * 1 + floor(n / 4) + 2 + (n mod 4).
 *
 * Three things double its speed in the caches (16 -> 30 GB/s). The view is a
 * constant of the closure, so V8 compiles its address and length in (as long as
 * the thread has one memory). The indices come from `>>> 3`, so V8 knows that they
 * are below 2^29 and drops the overflow checks; a plain division undoes it. And
 * checks and loops are one function: a wrapper that checked would have the loops
 * inlined into it and run them for seconds in V8's middle tier.
 */
function makeJsDot(view: Float64Array): DotChunk {
  const { byteLength } = view;
  const dot: DotChunk = (aByteOffset, bByteOffset, n) => {
    refuseMisfit("a", aByteOffset, n, byteLength);
    refuseMisfit("b", bByteOffset, n, byteLength);
    let i = aByteOffset >>> 3;
    let j = bByteOffset >>> 3;
    const half = (n >>> 2) * 2;
    const firstEnd = i + half;
    let p = firstEnd;
    let q = j + half;
    let x0 = 0;
    let x1 = 0;
    let y0 = 0;
    let y1 = 0;
    for (; i < firstEnd; i += 2, j += 2, p += 2, q += 2) {
      x0 += view[i]! * view[j]!;
      x1 += view[i + 1]! * view[j + 1]!;
      y0 += view[p]! * view[q]!;
      y1 += view[p + 1]! * view[q + 1]!;
    }
    let sum = x0 + y0 + (x1 + y1);
    for (const end = p + (n & 3); p < end; p++, q++) sum += view[p]! * view[q]!;
    return sum;
  };
  // Both loops run before V8 optimises. Full chunks never reach the second one, and
  // code compiled without having seen it bails out at every odd length (measured:
  // hundreds of times, at half the speed). What the calls read is not used.
  for (let call = 0; call < PRIMING_CALLS; call++) dot(0, 0, 7);
  return dot;
}

function refuseMisfit(vector: "a" | "b", byteOffset: number, n: number, byteLength: number): void {
  if (!Number.isInteger(n) || n < 0) {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `n must be an integer of 0 or more, not ${printValue(n)}`, { n });
  }
  if (!Number.isInteger(byteOffset) || byteOffset < 0 || (byteOffset & (ELEMENT_BYTES - 1)) !== 0) {
    throw new WarrenError(
      "ERR_INVALID_ARGUMENT",
      `the address of vector ${vector} must be a multiple of ${ELEMENT_BYTES}, not ${printValue(byteOffset)}`,
      { vector, byteOffset },
    );
  }
  if (byteOffset + n * ELEMENT_BYTES > byteLength) {
    throw new WarrenError(
      "ERR_INVALID_ARGUMENT",
      `vector ${vector}, ${n} elements at byte ${byteOffset}, does not fit in ${byteLength} bytes of memory`,
      { vector, byteOffset, n, byteLength },
    );
  }
}
