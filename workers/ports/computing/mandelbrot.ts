/**
 * The Mandelbrot set: a bitmap of n × n points, its rows computed on all threads. Prints
 * a small picture whole, and of any the number of points in the set and the bitmap's MD5.
 * The Go program is mandelbrot.go in this folder; what both print is in mandelbrot.txt.
 *
 *     node workers/ports/computing/mandelbrot.ts [n] [threads]
 */
import { createHash } from "node:crypto";
import { type SharedArray, isMain, parallelFor, run, shared, task } from "../../../src/index.ts";

const ITERATIONS = 50;

/** Computes the bits of row y, eight points to a byte. */
export const row = task(import.meta, function row(y: number, n: number, bitmap: SharedArray<"u8">) {
  const { array } = bitmap;
  const width = (n + 7) >> 3;
  const ci = (2 * y) / n - 1;
  for (let x = 0; x < n; x++) {
    const cr = (2 * x) / n - 1.5;
    let [zr, zi, rr, ii, k] = [0, 0, 0, 0, 0];
    for (; k < ITERATIONS && rr + ii <= 4; k++) {
      zi = 2 * zr * zi + ci;
      zr = rr - ii + cr;
      rr = zr * zr;
      ii = zi * zi;
    }
    if (k === ITERATIONS) array[y * width + (x >> 3)]! |= 128 >> (x & 7);
  }
});

export const mandelbrot = task(import.meta, async function mandelbrot(n: number) {
  const width = (n + 7) >> 3;
  using bitmap = shared.bytes(width * n);
  await parallelFor(n, row, { args: [n, bitmap] });
  const { array } = bitmap;
  if (n <= 64) {
    for (let y = 0; y < n; y++) {
      console.log(Array.from({ length: n }, (_, x) => (array[y * width + (x >> 3)]! & (128 >> (x & 7)) ? "#" : ".")).join(""));
    }
  }
  let points = 0;
  for (const byte of array) for (let bits = byte; bits !== 0; bits &= bits - 1) points++;
  console.log(points, "of", n * n, "points");
  console.log(createHash("md5").update(array).digest("hex"));
});

if (isMain(import.meta)) {
  const [n = "1000", threads = "2"] = process.argv.slice(2);
  await run(mandelbrot, { threads: Number(threads), args: [Number(n)] });
}
