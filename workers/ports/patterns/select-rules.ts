/**
 * The rules of select, each as a few lines that print what it does.
 * The Go program is select-rules.go in this folder; what both print is in select-rules.txt.
 *
 *     node workers/ports/patterns/select-rules.ts [rounds] [threads]
 */
import { type Chan, type Receiver, type Sender, type WarrenError, after, bool, chan, go, i32, isMain, run, select, task } from "../../../src/index.ts";

async function nothingReady(): Promise<void> {
  const ch = chan(i32);
  const got = await select({ received: ch, "sent to itself": ch.sending(1) }, { otherwise: true });
  console.log("nothing ready:", got.case === "otherwise" ? "default" : got.case);
}

async function readyBeforeDefault(): Promise<void> {
  const ch = chan(i32, 1);
  await ch.send(1);
  const got = await select({ ch }, { otherwise: true });
  console.log("one ready:", got.case === "ch" ? `received ${got.value}` : "default");
}

async function closedIsReady(): Promise<void> {
  const ch = chan(i32, 2);
  await ch.send(1);
  await ch.send(2);
  ch.close();
  for (let i = 0; i < 4; i++) {
    const got = await select({ ch }, { otherwise: true });
    if (got.case === "otherwise") console.log("closed: default");
    else if (got.value === undefined) console.log("closed: the end");
    else console.log("closed: received", got.value);
  }
}

async function nilIsNever(): Promise<void> {
  const off: Chan<number> | undefined = undefined as Chan<number> | undefined;
  const on = chan(i32, 1);
  await on.send(1);
  const got = await select({ received: off, sent: off?.sending(1), on });
  console.log("nil:", got.case === "on" ? `the other case ${got.value}` : got.case);
}

async function sendToClosed(): Promise<void> {
  const ch = chan(i32);
  ch.close();
  try {
    const got = await select({ sent: ch.sending(1) }, { otherwise: true });
    console.log("send to closed:", got.case);
  } catch (error) {
    if ((error as WarrenError).code === "ERR_CHANNEL_CLOSED") console.log("send to closed: panic");
  }
}

async function fair(rounds: number): Promise<void> {
  const [a, b] = [chan(i32, 1), chan(i32, 1)];
  let first = 0;
  for (let i = 0; i < rounds; i++) {
    await a.send(1);
    await b.send(1);
    if ((await select({ a, b })).case === "a") {
      first++;
      await b.recv();
    } else await a.recv();
  }
  console.log("two ready: each in its turn", first > rounds / 4 && first < (rounds * 3) / 4);
}

function name(text: string, ch: Chan<number>): Chan<number> {
  console.log("operands:", text);
  return ch;
}

function value(v: number): number {
  console.log("operands: value", v);
  return v;
}

async function operandsOnce(): Promise<void> {
  const [full, ready] = [chan(i32, 1), chan(i32, 1)];
  await full.send(0);
  await ready.send(7);
  const got = await select({
    sent: name("a channel to send to", full).sending(value(3)),
    received: name("a channel to receive from", ready),
  });
  console.log("operands:", got.case === "received" ? `received ${got.value}` : got.case);
  console.log("operands: what was not chosen has not happened,", full.length, await full.recv());
}

async function timeout(): Promise<void> {
  const ch = chan(i32);
  const got = await select({ received: ch, late: after(5) });
  console.log("timeout:", got.case);
}

export const feed = task(import.meta, async function feed(to: Sender<number>, values: number) {
  for (let i = 1; i <= values; i++) await to.send(i);
  to.close();
});

/** Switches an ended input off. */
async function untilBothEnd(values: number): Promise<void> {
  const inputs: { a?: Receiver<number> | undefined; b?: Receiver<number> | undefined } = { a: chan(i32), b: chan(i32) };
  go(feed, inputs.a as Chan<number>, values);
  go(feed, inputs.b as Chan<number>, 2 * values);
  let [count, sum] = [0, 0];
  while (inputs.a !== undefined || inputs.b !== undefined) {
    const got = await select(inputs);
    if (got.value === undefined) inputs[got.case] = undefined;
    else {
      count++;
      sum += got.value;
    }
  }
  console.log("until both end:", count, "values, sum", sum);
}

export const waiter = task(import.meta, async function waiter(start: Receiver<boolean>, done: Sender<number>) {
  const got = await select({ start, late: after(60_000) });
  await done.send(got.case === "start" ? 1 : 0);
});

/** Selects over as many channels as there are. */
async function overSlice(channels: number): Promise<void> {
  const inputs: (Receiver<number> | undefined)[] = [];
  for (let i = 0; i < channels; i++) {
    const ch = chan(i32);
    go(feed, ch, i + 1);
    inputs.push(ch);
  }
  const counts = inputs.map(() => 0);
  for (let open = channels; open > 0; ) {
    const { case: which, value } = await select(inputs);
    if (value === undefined) {
      inputs[which] = undefined;
      open--;
    } else counts[which]!++;
  }
  console.log(`over a slice: [${counts.join(" ")}]`);
}

/** Closes a channel that many wait for. */
async function wakesAll(waiters: number): Promise<void> {
  const [start, done] = [chan(bool), chan(i32)];
  for (let i = 0; i < waiters; i++) go(waiter, start, done);
  start.close();
  let woken = 0;
  for (let i = 0; i < waiters; i++) woken += (await done.recv())!;
  console.log("close wakes all:", woken);
}

export const selectRules = task(import.meta, async function selectRules(rounds: number) {
  await nothingReady();
  await readyBeforeDefault();
  await closedIsReady();
  await nilIsNever();
  await sendToClosed();
  await fair(rounds);
  await operandsOnce();
  await timeout();
  await untilBothEnd(rounds);
  await overSlice(5);
  await wakesAll(10);
});

if (isMain(import.meta)) {
  const [rounds = "1000", threads = "2"] = process.argv.slice(2);
  await run(selectRules, { threads: Number(threads), args: [Number(rounds)] });
}
