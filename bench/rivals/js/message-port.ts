/**
 * Node's own MessagePort between two threads, what a program without shared memory uses:
 * `ping-pong` and `stream`. The port has no capacity, so the sender never waits.
 */
import { once } from "node:events";
import type { MessagePort } from "node:worker_threads";
import type { MeasureRival } from "../rival.ts";
import { timeOperations } from "../trial.ts";
import { overPort } from "./port.ts";

export const measureMessagePort: MeasureRival = async ({ scenario, trial }) => {
  const operate = scenario === "ping-pong" ? roundTrips : streamValues;
  return { value: await overPort("./message-port-worker", (port) => timeOperations((count) => operate(port, count), 2, trial)) };
};

function roundTrips(port: MessagePort, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const next = (value: number): void => {
      left--;
      if (left > 0) {
        port.postMessage(value);
        return;
      }
      port.off("message", next);
      resolve();
    };
    port.on("message", next);
    port.postMessage(1);
  });
}

async function streamValues(port: MessagePort, count: number): Promise<void> {
  const summed = once(port, "message") as Promise<[number]>;
  port.postMessage(-count);
  for (let value = 0; value < count; value++) port.postMessage(value);
  const [sum] = await summed;
  if (sum !== (count * (count - 1)) / 2) throw new Error(`${count} values were sent, but their sum arrived as ${sum}`);
}
