/** Comlink, a call of an empty function on another thread over a MessagePort: one call and its empty answer is one round trip of `ping-pong`. */
import { wrap } from "comlink";
import type { MeasureRival } from "../rival.ts";
import { timeOperations } from "../trial.ts";
import { overPort } from "./port.ts";

export const measureComlink: MeasureRival = async ({ trial }) => ({
  value: await overPort("./comlink-worker", (port) => {
    const empty = wrap<() => void>(port);
    return timeOperations(async (count) => {
      for (let call = 0; call < count; call++) await empty();
    }, 2, trial);
  }),
});
