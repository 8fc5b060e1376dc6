/** Types of channels and their element types: checked by `tsc`, never run. */
import { type Chan, type ElementOf, type Receiver, type Sender, type Type, bool, bytes, chan, chanOf, f64, i32, i64, json, oneshot, optional, struct, u32, utf8 } from "../../src/index.ts";
import { type Equal, expectType } from "./equal.ts";

// Element types.
expectType<Equal<ElementOf<typeof i32>, number>>(true);
expectType<Equal<ElementOf<typeof u32>, number>>(true);
expectType<Equal<ElementOf<typeof f64>, number>>(true);
expectType<Equal<ElementOf<typeof i64>, bigint>>(true);
expectType<Equal<ElementOf<typeof bool>, boolean>>(true);
expectType<Equal<ElementOf<typeof utf8>, string>>(true);
expectType<Equal<ElementOf<typeof bytes>, Uint8Array>>(true);
expectType<Equal<ElementOf<Type<{ a: 1 }>>, { a: 1 }>>(true);

const optionalName = optional(utf8);
expectType<Equal<ElementOf<typeof optionalName>, string | null>>(true);

interface Order {
  readonly id: string;
  readonly lines: readonly { readonly count: number }[];
}
const order = json<Order>();
expectType<Equal<ElementOf<typeof order>, Order>>(true);
expectType<Equal<ElementOf<ReturnType<typeof json>>, unknown>>(true);

// A request that carries its reply channel.
const requests = chan(struct({ n: i32, reply: chanOf(f64), note: optional(struct({ text: utf8 })) }), 10);
expectType<Equal<typeof requests, Chan<{ n: number; reply: Chan<number>; note: { text: string } | null }>>>(true);
expectType<Equal<ReturnType<typeof requests.recv>, { n: number; reply: Chan<number>; note: { text: string } | null } | undefined | Promise<{ n: number; reply: Chan<number>; note: { text: string } | null } | undefined>>>(true);
expectType<Equal<Awaited<ReturnType<typeof requests.recvMany>>, { n: number; reply: Chan<number>; note: { text: string } | null }[] | undefined>>(true);

// What a send takes and gives.
const numbers = chan(i32);
expectType<Equal<ReturnType<typeof numbers.send>, void | Promise<void>>>(true);
expectType<Equal<ReturnType<typeof numbers.tryRecv>, number | undefined>>(true);
expectType<Equal<ReturnType<typeof oneshot<bigint>>, Chan<bigint>>>(true);
void numbers.sendMany([1, 2]);
void numbers.sendMany(new Int32Array(3));
// @ts-expect-error -- a string is no number
void numbers.send("1");
// @ts-expect-error -- nor is undefined: no element type carries it
void numbers.send(undefined);
// @ts-expect-error -- nor in a batch
void numbers.sendMany(["1"]);
// @ts-expect-error -- a field is missing
void requests.send({ n: 1, reply: chan(f64) });
// @ts-expect-error -- the reply channel has another element type
void requests.send({ n: 1, reply: chan(utf8), note: null });
// @ts-expect-error -- absent is null, not undefined
void requests.send({ n: 1, reply: chan(f64), note: undefined });
// @ts-expect-error -- what a channel carries has to be said
void chan(5);
// @ts-expect-error -- a capacity is a number
void chan(i32, "8");

// Halves: pass on the one that the other side needs.
const receiver: Receiver<number> = numbers;
const sender: Sender<number> = numbers;
void receiver.recv();
void sender.send(1);
// @ts-expect-error -- a receiver cannot send
void receiver.send(1);
// @ts-expect-error -- nor try to
receiver.trySend(1);
// @ts-expect-error -- nor close
receiver.close();
// @ts-expect-error -- nor be the case of a send
receiver.sending(1);
// @ts-expect-error -- a sender cannot receive
void sender.recv();
// @ts-expect-error -- nor be iterated over
for await (const value of sender) void value;
// @ts-expect-error -- a half does not become a whole
const whole: Chan<number> = receiver;
void whole;

for await (const { n, reply } of requests) {
  expectType<Equal<typeof n, number>>(true);
  expectType<Equal<typeof reply, Chan<number>>>(true);
}
