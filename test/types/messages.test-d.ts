/** Types of messages: what element types are in TypeScript. Checked by `tsc`, never run. */
import { type Chan, type ElementOf, type Result, array, bool, chan, chanOf, i32, map, optional, result, struct, utf8, value } from "../../src/index.ts";
import { type Equal, expectType } from "./equal.ts";

const lines = array(struct({ text: utf8, replies: array(chanOf(i32)) }));
expectType<Equal<ElementOf<typeof lines>, { text: string; replies: Chan<number>[] }[]>>(true);
const counts = map(optional(array(i32)));
expectType<Equal<ElementOf<typeof counts>, Map<string, number[] | null>>>(true);
const byNumber = map(i32, map(utf8, bool));
expectType<Equal<ElementOf<typeof byNumber>, Map<number, Map<string, boolean>>>>(true);

const anything = value();
expectType<Equal<ElementOf<typeof anything>, unknown>>(true);
const dates = value<{ at: Date; tags: Set<string>; reply: Chan<bigint> }>();
expectType<Equal<ElementOf<typeof dates>, { at: Date; tags: Set<string>; reply: Chan<bigint> }>>(true);

const answers = chan(result(utf8));
const answer = (await answers.recv()) as Result<string>;
if (answer.error !== undefined) {
  expectType<Equal<typeof answer.error, Error>>(true);
  expectType<Equal<typeof answer.value, undefined>>(true);
} else expectType<Equal<typeof answer.value, string>>(true);
const { value: text, error } = answer;
if (error === undefined) expectType<Equal<typeof text, string>>(true);
else expectType<Equal<typeof error, Error>>(true);
void answers.send({ value: "a" });
void answers.send({ error: new RangeError("b") });

// @ts-expect-error -- both
void answers.send({ value: "a", error: new Error("b") });
// @ts-expect-error -- neither
void answers.send({});
// @ts-expect-error -- an error is an Error
void answers.send({ error: "b" });
// @ts-expect-error -- a value of the type
void answers.send({ value: 1 });
// @ts-expect-error -- an array of another type
void chan(array(i32)).send(["1"]);
// @ts-expect-error -- a Map, not an object
void chan(map(i32)).send({ a: 1 });
// @ts-expect-error -- keys of another type
void chan(map(i32, utf8)).send(new Map([["1", "one"]]));
// @ts-expect-error -- array needs a type
void array(Number);
