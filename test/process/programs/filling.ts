/** Fills the heap of a thread, task by task, until it starts no more; then makes room. The case is named on the command line. */
import { type Chan, i32, start, task } from "../../../src/index.ts";

const kept: unknown[] = [];

/** Keeps about a megabyte of small arrays. */
export const keeps = task(import.meta, async function keeps() {
  kept.push(Array.from({ length: 16_000 }, (_, k) => [k]));
});

/** Makes and drops `count` megabytes of them. */
function waste(count: number): void {
  const recent: unknown[] = [];
  for (let k = 0; k < count; k++) recent[k % 10] = Array.from({ length: 16_000 }, (_, n) => [n]);
}

/** Makes and drops many times as much as fits. */
export const wastes = task(import.meta, async function wastes() {
  waste(40);
});

export const answers = task(import.meta, async function answers() {
  return 42;
});

/** Started while there is room, and goes on when there is none. Room is known by V8's next full collection, which a thread that allocates nothing puts off. */
export const makesRoom = task(import.meta, async function makesRoom(when: Chan<number>) {
  await when.recv();
  kept.length = 0;
  waste(150);
});

const print = (what: string, value: unknown): void => console.log(JSON.stringify([what, value]));

if (import.meta.main) {
  process.on("warning", ({ message, code }: Error & { code?: string }) => {
    if (code !== "WARREN_STUCK_TASK") print("warning", [code, message]);
  });
  const rt = await start({ threads: 2, maxOldGenerationSizeMb: 96 });
  if (process.argv[2] === "garbage") {
    for (let k = 0; k < 30; k++) await rt.spawn.on(0)(wastes);
    print("ended", true);
  } else {
    const room = rt.chan(i32);
    const made = rt.spawn.on(0)(makesRoom, room);
    let refused: { code: string; details: object } | undefined;
    while (refused === undefined) {
      await rt.spawn.on(0)(keeps).catch((error: { code: string; details: object }) => {
        refused = error;
      });
    }
    print("refused", [refused.code, refused.details]);
    // Tasks without a place go to the other thread.
    print("elsewhere", await Promise.all(Array.from({ length: 10 }, () => rt.spawn(answers))));
    if (process.argv[2] === "go") rt.go.on(0)(answers);
    else await room.send(1);
    await made.catch(() => undefined);
    while ((await rt.spawn.on(0)(answers).catch(() => 0)) !== 42) await rt.sleep(10);
    print("again", true);
  }
  await rt.stop();
}
