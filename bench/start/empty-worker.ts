/** The bare Worker of the start benchmark: it loads nothing and says that it is there. */
import { parentPort } from "node:worker_threads";

parentPort?.postMessage("here");
