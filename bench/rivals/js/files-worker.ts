/** A bare Worker of the scenario files: it gets paths and answers with their sums. */
import { parentPort } from "node:worker_threads";
import { workOn } from "../../files/work.ts";

parentPort?.on("message", (paths: readonly string[]) => parentPort?.postMessage(paths.map(workOn)));
parentPort?.postMessage("loaded");
