import { expect, test } from "vitest";
import { Arena } from "../../../src/memory/arena.ts";
import { Pool } from "../../../src/runtime/main/pool.ts";

async function poolOf(threads: number): Promise<{ pool: Pool; deaths: number[] }> {
  const deaths: number[] = [];
  const pool = new Pool({ arena: Arena.create(threads, 4_194_304, threads), cores: threads, isClosed: false, worker: { argv: [], resourceLimits: {} } });
  await pool.ready({ onDeath: (thread) => deaths.push(thread), ringOf: () => 0 });
  return { pool, deaths };
}

const answers = (pool: Pool): Promise<boolean[]> => Promise.all(pool.each(async (control) => (await control.times()).cpuNs > 0).map(async (answer) => (await answer) ?? false));

test("a thread that ends while another one is replaced does not end the replacement", async () => {
  const { pool, deaths } = await poolOf(2);
  try {
    await pool.terminate(0);
    const replaced = pool.replace(0);
    // Its end comes long before the other thread is ready.
    expect(await pool.terminate(1)).toBe(true);
    await replaced;
    await pool.replace(1);
    expect(deaths).toEqual([0, 1]);
    expect(await answers(pool)).toEqual([true, true]);
  } finally {
    await pool.stop();
  }
});

test("after an attempt that failed the next one has a place", async () => {
  const { pool } = await poolOf(2);
  try {
    await pool.terminate(0);
    // The thread that is starting ends before it has answered.
    const failing = pool.replace(0);
    const starting = await new Promise<{ terminate(): Promise<number> }>((resolve) => process.once("worker", resolve as never));
    await starting.terminate();
    await expect(failing).rejects.toThrow();
    await pool.replace(0);
    expect(await answers(pool)).toEqual([true, true]);
  } finally {
    await pool.stop();
  }
});
