/**
 * The tasks of the talk that nodes serve to others: `warren node --talk`. Each is given a
 * piece of the work and reads the files of that piece itself.
 */
export { burnFiles } from "./gophers/errand.ts";
export { sawChunk } from "./sawzall.ts";
