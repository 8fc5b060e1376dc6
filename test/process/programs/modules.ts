/** Modules that a thread cannot load: what main believes to be there is not, or does something else. Each is a URL that holds its whole text. */
import { type Chan, i32, start, task } from "../../../src/index.ts";

const textOf = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

const MODULES: Record<string, string> = {
  missing: new URL("./no-such-module.ts", import.meta.url).href,
  "syntax error": textOf("export const = 1;"),
  throws: textOf("throw new RangeError('at the top level');"),
  "throws null": textOf("throw null;"),
  "registers nothing": textOf("export const nothing = 1;"),
  exits: textOf("process.exit(3);"),
};

export const answers = task(import.meta, async function answers() {
  return 42;
});

export const holdsOn = task(import.meta, async function holdsOn(from: Chan<number>) {
  return from.recv();
});

const load = (url: string): (() => Promise<void>) => task({ url }, async function wanted() {});
const outcomeOf = (joined: Promise<unknown>): Promise<unknown> =>
  joined.then(
    () => "returned",
    ({ code, message }: { code: string; message: string }) => [code, message],
  );
const print = (what: string, value: unknown): void => console.log(JSON.stringify([what, value]));

if (import.meta.main) {
  let deaths = 0;
  const reported = Promise.withResolvers<string>();
  process.on("warning", (warning: Error & { code?: string }) => {
    if (warning.code === "WARREN_THREAD_DIED") deaths++;
    if (warning.message.startsWith("importing the module")) reported.resolve(warning.message);
  });
  await using rt = await start({ threads: 2 });
  const later = rt.chan(i32);
  const neighbour = rt.spawn.on(0)(holdsOn, later);
  for (const [what, url] of Object.entries(MODULES)) {
    const wanted = load(url);
    print(what, await outcomeOf(rt.spawn.on(1)(wanted)));
    if (what !== "exits") print(`${what}, again`, await outcomeOf(rt.spawn.on(1)(wanted)));
    print("then", await rt.spawn.on(1)(answers));
  }
  print("deaths", deaths);
  // One that never ends its import, and others on the same thread.
  const never = outcomeOf(rt.spawn.on(1)(load(textOf("await new Promise(() => {});"))));
  print("beside", await rt.spawn.on(1)(answers));
  await rt.recycle(1);
  print("never ends", await never);
  // A module that computes forever while it is imported.
  const loops = outcomeOf(rt.spawn.on(1)(load(textOf("for (;;);"))));
  print("stuck", await reported.promise);
  await rt.recycle(1);
  print("loops", await loops);
  await later.send(9);
  print("neighbour", await neighbour);
}
