import type { Case } from "../case.ts";
import { BUNDLED } from "./bundlers.ts";
import { CONFORMANCE } from "./conformance.ts";
import { COPIES } from "./copies.ts";
import { FLAGS } from "./flags.ts";
import { GUARDS } from "./guard.ts";
import { LOADERS } from "./loaders.ts";
import { REACH } from "./reach.ts";
import { RUNNERS } from "./runners.ts";
import { SERVICES } from "./services.ts";
import { OTHER_RUNTIMES, VERSIONS_OF_NODE } from "./versions.ts";

export const CASES: readonly Case[] = [
  ...LOADERS, ...COPIES, ...GUARDS, ...BUNDLED, ...RUNNERS, ...REACH, ...SERVICES, ...FLAGS, ...VERSIONS_OF_NODE, ...CONFORMANCE, ...OTHER_RUNTIMES,
];
