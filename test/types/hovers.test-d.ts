/** What an editor shows: each name of this module has before it the text of its hover. hovers.test.ts asks the compiler. */
import { Guarded, SharedMap, after, array, bool, chan, chanOf, contextKey, f64, i32, i64, json, map, named, oneshot, optional, result, select, spawn, start, struct, utf8, value } from "../../src/index.ts";

// Types of elements, and what is made of them.
//: Type<{ account: string; amount: number }>
export const transfer = struct({ account: utf8, amount: f64 });
//: Chan<{ account: string; amount: number }>
export const transfers = chan(struct({ account: utf8, amount: f64 }));
//: { account: string; amount: number } | undefined
export const received = await transfers.recv();
//: Chan<{ n: number; reply: Chan<number>; note: { text: string } | null }>
export const requests = chan(struct({ n: i32, reply: chanOf(f64), note: optional(struct({ text: utf8 })) }), 10);
//: Chan<{ n: number }>
export const reply = oneshot(struct({ n: i32 }));
//: Chan<{ n: number; when: bigint }[]>
export const lists = chan(array(struct({ n: i32, when: i64 })));
//: Chan<Map<number, Map<string, { open: boolean }>>>
export const maps = chan(map(i32, map(utf8, struct({ open: bool }))));
//: Chan<Result<{ n: number }>>
export const answers = chan(result(struct({ n: i32 })));
//: Type<{ n: number } | null>
export const maybe = optional(struct({ n: i32 }));
//: Chan<Chan<{ n: number }>>
export const channels = chan(chanOf(struct({ n: i32 })));
//: Chan<{ a: string }>
export const texts = chan(json<{ a: string }>());
//: Chan<{ at: Date }>
export const values = chan(value<{ at: Date }>());

// Select.
const ints = chan(i32);
const late = after(50);
//: { readonly case: "ints"; readonly value: number | undefined } | { readonly case: "late"; readonly value: number | undefined }
export const chosen = await select({ ints, late });
//: { readonly case: "transfers"; readonly value: { account: string; amount: number } | undefined } | { readonly case: "out" }
export const withSend = await select({ transfers, out: ints.sending(1) });
//: { readonly case: "ints"; readonly value: number | undefined } | { readonly case: "otherwise" }
export const orNot = await select({ ints }, { otherwise: true });
//: { readonly case: number; readonly value: string | number | undefined }
export const listed = await select([ints, chan(utf8)]);

// What is shared.
//: Guarded<{ balance: bigint; open: boolean }>
export const account = new Guarded({ balance: i64, open: bool }, { balance: 0n, open: true });
//: FieldsGuard<{ balance: bigint; open: boolean }>
export const guard = await account.lock();
//: SharedMap<string, { words: number }>
export const pages = new SharedMap(utf8, struct({ words: i32 }), { max: 10 });
//: () => SharedMap<string, { words: number }>
export const cache = named("cache", () => new SharedMap(utf8, struct({ words: i32 }), { max: 10 }));
//: ContextKey<string>
export const userId = contextKey<string>("user-id");

// Tasks and runtimes.
//: Promise<{ account: string; amount: number } | undefined>
export const spawned = spawn(async () => transfers.recv());
//: Runtime
export const rt = await start();
//: { readonly case: "ints"; readonly value: number | undefined } | { readonly case: "late"; readonly value: number | undefined }
export const ofRuntime = await rt.select({ ints, late });
