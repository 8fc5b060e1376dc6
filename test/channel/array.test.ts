import { conformance } from "./conformance/suite.ts";
import { world } from "./tasks/world.ts";

const the = world();
for (const capacity of [1, 2, 3, 10, 128, 1000]) conformance(the, capacity);
