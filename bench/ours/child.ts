/**
 * One configuration of warren in a process of its own:
 *
 *     node child.ts '{"scenario":"stream","form":"await","threads":2,"trial":{"timeMs":200,"leaves":1000000}}'
 *
 * prints what it measured as one line of JSON.
 */
import { start } from "../../src/index.ts";
import type { Measured, Subject, Trial } from "../rounds/contestant.ts";

/** What to measure. Plain data. */
export interface Order extends Pick<Subject, "scenario" | "form" | "threads"> {
  readonly trial: Trial;
}

const order = JSON.parse(process.argv[2] ?? "") as Order;
console.log(JSON.stringify({ value: await measure(order) } satisfies Measured));

/** Loads only what the scenario needs: what a process has loaded is part of its heap. */
async function measure({ scenario, form, threads, trial }: Order): Promise<number> {
  switch (scenario) {
    case "parked":
      return (await import("./parked.ts")).measureParked(form, threads);
    case "dot":
      return (await import("./dot.ts")).measureDot(threads, trial);
    default: {
      const { timeCase } = await import("./operations.ts");
      await using runtime = await start({ threads });
      return await runtime.spawn.on(0)(timeCase, scenario, form, threads, trial);
    }
  }
}
