/** The module that Piscina loads in each thread: it starts the processor of that thread. */
export { serve as default } from "../src/runtime/thread/thread.ts";
