/**
 * One configuration of a JavaScript rival in a process of its own, because a rival may
 * hang, and what a process has done before changes what it measures:
 *
 *     node child.ts '{"side":"ts-chan","scenario":"stream","threads":1,"trial":{"timeMs":200,"leaves":1000000}}'
 *
 * prints what it measured as one line of JSON.
 */
import type { MeasureRival, RivalOrder } from "./rival.ts";

/** Loads only the rival that is measured. */
const MODULES: Readonly<Record<string, () => Promise<MeasureRival>>> = {
  "message-port": async () => (await import("./js/message-port.ts")).measureMessagePort,
  comlink: async () => (await import("./js/comlink.ts")).measureComlink,
  piscina: async () => (await import("./js/piscina.ts")).measurePiscina,
  "bare Workers": async () => (await import("./js/bare-workers.ts")).measureBareWorkers,
  "ts-chan": async () => (await import("./peers/same-thread.ts")).measureTsChan,
  "@thi.ng/csp": async () => (await import("./peers/same-thread.ts")).measureThiNgCsp,
  multithreading: async () => (await import("./peers/multithreading.ts")).measureMultithreading,
};

const order = JSON.parse(process.argv[2] ?? "") as RivalOrder;
const load = MODULES[order.side];
if (load === undefined) throw new RangeError(`there is no rival ${order.side}`);
console.log(JSON.stringify(await (await load())(order)));
