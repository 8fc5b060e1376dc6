// Preloaded by --import: no thread can start.
import { isMainThread } from "node:worker_threads";

if (!isMainThread) throw new RangeError("no thread shall start");
