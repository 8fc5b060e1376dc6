/** What Piscina loads in each thread: the processor of that thread. */
export { serve as default } from "../src/runtime/thread/thread.ts";
