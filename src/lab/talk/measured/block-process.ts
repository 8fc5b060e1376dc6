/** The module that the process of a block runs, and that of the preparation: `measure.ts` names it, the parent sends its task. */
import { serveBlock } from "../../trial/process/child.ts";
import { THREADS } from "../../trial/threads.ts";
import { programOf } from "./programs.ts";

await serveBlock(programOf, THREADS);
