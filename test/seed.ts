/** With WARREN_SEED set, all properties run with that seed; else each takes one from the clock and prints it when it fails. */
import fc from "fast-check";

const seed = Number(process.env.WARREN_SEED ?? Number.NaN);
if (Number.isInteger(seed)) fc.configureGlobal({ seed });
