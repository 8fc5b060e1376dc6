import { conformance } from "./conformance.ts";
import { world } from "./world.ts";

const the = world();
for (const capacity of [1, 2, 3, 10, 128, 1000]) conformance(the, capacity);
