/**
 * The URL of the file that each thread loads.
 *
 * In the package this module is replaced: the file is the engine itself, which a thread
 * needs anyway, or the bundle that the engine was put into (scripts/bundle/main.ts).
 */
export const THREAD_FILE: string = new URL("../../../workers/processor.ts", import.meta.url).href;
