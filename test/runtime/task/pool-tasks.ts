/** A pool at the top of a module: each thread has its own. */
import { Pool, task } from "../../../src/index.ts";

let made = 0;
export const buffers = new Pool(() => ({ number: ++made, bytes: new Uint8Array(1024) }), { max: 4 });

/** Uses a buffer of its thread's pool; how many that thread has made. */
export const useBuffer = task(import.meta, async function useBuffer() {
  const buffer = buffers.get();
  try {
    buffer.bytes.fill(buffer.number);
    return { number: buffer.number, made, size: buffers.size };
  } finally {
    buffers.put(buffer);
  }
});
