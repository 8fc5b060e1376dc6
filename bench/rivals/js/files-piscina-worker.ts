/** The task of Piscina in the scenario files: one file. */
export { workOn as default } from "../../files/work.ts";
