/**
 * One configuration in a process of its own:
 *
 *     node child.ts '{"scenario":"stream","form":"await","threads":2,"runs":5,"runMs":300}'
 *
 * prints the figure as one line of JSON.
 */
import { start } from "../../src/index.ts";
import type { Configuration, Figure } from "./figure.ts";

const configuration = JSON.parse(process.argv[2] ?? "") as Configuration;
console.log(JSON.stringify(await measure(configuration)));

/** Loads only what the scenario needs: what a process has loaded is part of its heap. */
async function measure(configuration: Configuration): Promise<Figure> {
  switch (configuration.scenario) {
    case "parked":
      return (await import("./parked.ts")).measureParked(configuration);
    case "dot":
      return (await import("./programs.ts")).measureDot(configuration);
    case "gophers":
      return (await import("./programs.ts")).measureGophers(configuration);
    default: {
      const { timeCase } = await import("./operations.ts");
      await using runtime = await start({ threads: configuration.threads });
      return await runtime.spawn.on(0)(timeCase, configuration);
    }
  }
}
