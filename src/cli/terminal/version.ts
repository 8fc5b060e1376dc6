/** The version of the package, read from its package.json: three folders up in the checkout, four in dist. */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** "0.1.0" */
export const VERSION: string = (require(import.meta.url.endsWith(".ts") ? "../../../package.json" : "../../../../package.json") as { version: string }).version;
