/** The service in one form, in a process of its own: `node bench/service/server.ts FORM THREADS`. Prints its port; sends its CPU time in milliseconds when it gets a message; ends with SIGTERM. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createService } from "../../workers/examples/uploads/service.ts";
import { type Form, openForm } from "./forms.ts";

const [form, threads] = process.argv.slice(2);
const DEADLINE_MS = 30_000;
const server = createService({ ...(await openForm(form as Form, Number(threads), DEADLINE_MS)), capacity: 1024, maxBytes: 64 * 1024 * 1024, maxRounds: 1_000_000 });
await once(server.listen(0, "127.0.0.1"), "listening");
console.log((server.address() as AddressInfo).port);
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.((user + system) / 1000);
});
