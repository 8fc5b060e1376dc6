import { conformance } from "./conformance/suite.ts";
import { world } from "./tasks/world.ts";

conformance(world(), 0);
