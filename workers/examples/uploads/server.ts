/**
 * A service that hashes uploads on all cores. SIGTERM stops it in good order: no new
 * connections, the uploads in progress are answered, then the process ends with exit code 0.
 * This module has no tasks, so no thread imports it, and it needs no `isMain`.
 *
 *     npx node workers/examples/uploads/server.ts [--port 8080] [--threads 2]
 *     curl --data-binary @README.md http://127.0.0.1:8080/hash
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { formatMetrics, start } from "../../../src/index.ts";
import { onThreads } from "./on-threads.ts";
import { createService } from "./service.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8080" },
    threads: { type: "string" },
    waiting: { type: "string", default: "64" },
    "max-bytes": { type: "string", default: "8388608" },
    "max-rounds": { type: "string", default: "1000000" },
    "deadline-ms": { type: "string", default: "10000" },
    "drain-ms": { type: "string", default: "10000" },
  },
});
const drainMs = Number(values["drain-ms"]);

const rt = await start(values.threads === undefined ? {} : { threads: Number(values.threads) });
// Two for each thread: one computes while the body of the other arrives.
const running = 2 * rt.threads;
const server = createService({
  hash: onThreads(rt, { running, deadlineMs: Number(values["deadline-ms"]) }),
  metrics: async () => formatMetrics(await rt.stats()),
  capacity: running + Number(values.waiting),
  maxBytes: Number(values["max-bytes"]),
  maxRounds: Number(values["max-rounds"]),
});
await once(server.listen(Number(values.port), "127.0.0.1"), "listening");
console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);

async function shutDown(): Promise<void> {
  if (!server.listening) return;
  console.log("stopping");
  const endMs = performance.now() + drainMs;
  // Requests in progress may still start tasks, so the runtime stops after the server.
  const closed = once(server, "close");
  server.close();
  await Promise.race([closed, rt.sleep(drainMs)]);
  await rt.stop({ drainMs: Math.max(0, endMs - performance.now()) });
  server.closeAllConnections();
  console.log("stopped");
}
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => void shutDown());
