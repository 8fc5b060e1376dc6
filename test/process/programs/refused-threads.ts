/** A system that lets a process have so many threads and no more (EAGAIN): as many as the command line says, in place of a limit that root does not have. */
import { createRequire } from "node:module";
import { start, task } from "../../../src/index.ts";

export const exits = task(import.meta, async function exits() {
  process.exit(3);
});

export const answers = task(import.meta, async function answers() {
  return 42;
});

if (import.meta.main) {
  let most = Number(process.argv[2]);
  const threads = createRequire(import.meta.url)("node:worker_threads") as typeof import("node:worker_threads");
  // What loads it as CommonJS, Piscina, sees this.
  threads.Worker = class extends threads.Worker {
    constructor(...args: ConstructorParameters<typeof threads.Worker>) {
      if (--most < 0) throw Object.assign(new Error("Worker initialization failure: EAGAIN"), { code: "ERR_WORKER_INIT_FAILED" });
      super(...args);
    }
  };
  const codeOf = (error: { code: string }): string => error.code;
  const rt = await start({ threads: 3 }).catch((error: { code: string; cause: { code: string } }) => console.log(error.code, error.cause.code));
  if (rt === undefined) {
    most = 1;
    await using next = await start({ threads: 1 });
    console.log("and then", await next.spawn(answers));
  } else {
    console.log(await rt.spawn.on(1)(exits).catch(codeOf));
    console.log(await rt.spawn.on(1)(answers).catch(codeOf));
  }
}
