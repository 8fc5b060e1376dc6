/**
 * The far end of the MessagePort rival. A value ≥ 0 is sent back; −n
 * announces n values that are only added up, and then their sum is sent.
 */
import { workerData, type MessagePort } from "node:worker_threads";

const { port } = workerData as { port: MessagePort };
let left = 0;
let sum = 0;

port.on("message", (value: number) => {
  if (value < 0) {
    left = -value;
    sum = 0;
  } else if (left > 0) {
    sum += value;
    left--;
    if (left === 0) port.postMessage(sum);
  } else {
    port.postMessage(value);
  }
});
