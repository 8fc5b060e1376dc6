/** Types of select: a discriminated union. Checked by `tsc`, never run. */
import { type Chan, type Selected, after, chan, i32, never, select, utf8 } from "../../src/index.ts";
import { type Equal, expectType } from "./equal.ts";

const [jobs, results] = [chan(utf8), chan(i32, 1)];

const chosen = await select({ job: jobs, out: results.sending(1), quit: after(50) });
expectType<Equal<typeof chosen, { readonly case: "job"; readonly value: string | undefined } | { readonly case: "out" } | { readonly case: "quit"; readonly value: number | undefined }>>(true);

switch (chosen.case) {
  case "job":
    expectType<Equal<typeof chosen.value, string | undefined>>(true);
    break;
  case "out":
    // @ts-expect-error -- a send has no value
    void chosen.value;
    break;
  case "quit":
    expectType<Equal<typeof chosen.value, number | undefined>>(true);
    break;
  default:
    expectType<Equal<typeof chosen, never>>(true);
}
// @ts-expect-error -- there is no such case
void (chosen.case === "jobs");

// `otherwise` is a result only where it is asked for.
const maybe = await select({ job: jobs }, { otherwise: true });
expectType<Equal<typeof maybe, { readonly case: "job"; readonly value: string | undefined } | { readonly case: "otherwise" }>>(true);
const waits = await select({ job: jobs }, { signal: AbortSignal.timeout(1) });
expectType<Equal<typeof waits, { readonly case: "job"; readonly value: string | undefined }>>(true);
const says = await select({ job: jobs }, { otherwise: false });
expectType<Equal<typeof says.case, "job">>(true);

// A case that is disabled now and then keeps its type.
const isOpen = Math.random() < 0.5;
const sometimes = await select({ job: isOpen ? jobs : undefined, out: isOpen ? results.sending(1) : undefined, never: never() });
expectType<Equal<Extract<typeof sometimes, { case: "job" }>, { readonly case: "job"; readonly value: string | undefined }>>(true);
expectType<Equal<Extract<typeof sometimes, { case: "out" }>, { readonly case: "out" }>>(true);

// It returns at once or a promise: both can be awaited.
expectType<Equal<ReturnType<typeof select<{ job: typeof jobs }, Record<never, never>>>, typeof waits | Promise<typeof waits>>>(true);

// @ts-expect-error -- a number is no case
void select({ job: 5 });
// @ts-expect-error -- the value of a send case is checked
void select({ out: results.sending("1") });
// @ts-expect-error -- an option that does not exist
void select({ job: jobs }, { default: true });

// An array of cases: the index, and the union of what the receivers give.
const [one, two] = [chan(i32), chan(utf8)];
const listed = await select([one, two, results.sending(1), undefined, after(5)]);
expectType<Equal<typeof listed, { readonly case: number; readonly value: number | string | undefined }>>(true);
const many: ReturnType<typeof chan<number>>[] = [one];
const oneOf = await select(many);
expectType<Equal<typeof oneOf, { readonly case: number; readonly value: number | undefined }>>(true);
const orNot = await select(many, { otherwise: true });
expectType<Equal<typeof orNot, { readonly case: number; readonly value: number | undefined } | { readonly case: "otherwise" }>>(true);
if (orNot.case !== "otherwise") expectType<Equal<typeof orNot.value, number | undefined>>(true);
// @ts-expect-error -- without a wait there may be no value
void orNot.value;
const onlySends = await select([results.sending(1)]);
expectType<Equal<typeof onlySends.value, undefined>>(true);
const readonlyCases: readonly (typeof one | undefined)[] = [one, undefined];
expectType<Equal<Awaited<ReturnType<typeof select<typeof readonlyCases, { signal: AbortSignal }>>>, { readonly case: number; readonly value: number | undefined }>>(true);
// @ts-expect-error -- a number is no case
void select([one, 5]);
// @ts-expect-error -- an index is no name
void (listed.case === "0");

// In a generic function a case's value has the type parameter.
export async function firstOf<T>(from: Chan<T>): Promise<T | undefined> {
  const got = await select({ from, late: after(5) });
  if (got.case === "late") return undefined;
  expectType<Equal<typeof got.value, T | undefined>>(true);
  return got.value;
}

// The type of a result by its name. Of several sets of cases it is the union.
type Two = Selected<{ a: Chan<number>; b: Chan<string> }>;
expectType<Equal<Two, { readonly case: "a"; readonly value: number | undefined } | { readonly case: "b"; readonly value: string | undefined }>>(true);
expectType<Equal<Selected<{ a: Chan<number> } | Chan<string>[]>, { readonly case: "a"; readonly value: number | undefined } | { readonly case: number; readonly value: string | undefined }>>(true);
expectType<Equal<Selected<{ a: Chan<number> }, { readonly otherwise: true }>, { readonly case: "a"; readonly value: number | undefined } | { readonly case: "otherwise" }>>(true);
