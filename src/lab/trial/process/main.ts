/** The process of one block, and that of the preparation: `block-processes.ts` starts it and sends it its task. */
import { serveBlock } from "./service.ts";
import { RUNTIMES } from "../threads.ts";
import { programOf } from "../program-spec.ts";

await serveBlock(programOf, RUNTIMES);
