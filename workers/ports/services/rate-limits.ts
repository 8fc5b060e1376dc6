/**
 * Rate limiters: a ticker admits a request for each tick; a bucket of tokens admits a
 * burst first. Each prints whether the requests took at least as long as they must.
 * The Go program is rate-limits.go in this folder; what both print is in rate-limits.txt.
 *
 *     node workers/ports/services/rate-limits.ts [requests] [threads]
 */
import { bool, chan, f64, go, isMain, run, select, task, ticker } from "../../../src/index.ts";

const PERIOD_MS = 5;
const BURST = 3;

async function ticking(n: number): Promise<void> {
  const startMs = performance.now();
  using limiter = ticker(PERIOD_MS);
  for (let r = 1; r <= n; r++) {
    await limiter.recv();
    console.log("ticker: request", r);
  }
  console.log("ticker: a period for each:", performance.now() - startMs >= n * PERIOD_MS);
}

async function bursty(n: number): Promise<void> {
  const tokens = chan(f64, BURST);
  for (let i = 0; i < BURST; i++) await tokens.send(Date.now());
  const quit = chan(bool);
  const startMs = performance.now();
  go(async () => {
    using refill = ticker(PERIOD_MS);
    for (;;) {
      const got = await select({ refill, quit });
      if (got.case === "quit") return;
      tokens.trySend(got.value!); // or the bucket is full
    }
  });
  for (let r = 1; r <= n; r++) {
    await tokens.recv();
    console.log("bursty: request", r);
  }
  console.log("bursty: a period for each after the burst:", performance.now() - startMs >= (n - BURST - 1) * PERIOD_MS);
  quit.close();
}

/** Turns requests away when there is no token. */
async function shedding(n: number): Promise<void> {
  const tokens = chan(bool, BURST);
  for (let i = 0; i < BURST; i++) await tokens.send(true);
  let [admitted, refused] = [0, 0];
  for (let r = 1; r <= n; r++) {
    if (tokens.tryRecv() === undefined) refused++;
    else admitted++;
  }
  console.log("shedding:", admitted, "admitted,", refused, "refused");
}

export const rateLimits = task(import.meta, async function rateLimits(n: number) {
  await ticking(n);
  await bursty(n);
  await shedding(n);
});

if (isMain(import.meta)) {
  const [n = "10", threads = "2"] = process.argv.slice(2);
  await run(rateLimits, { threads: Number(threads), args: [Number(n)] });
}
