import { conformance } from "./conformance.ts";
import { world } from "./world.ts";

conformance(world(), 0);
