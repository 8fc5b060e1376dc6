/** Prints which globals change when warren is imported and run once. */
import { setTimeout as wait } from "node:timers/promises";

function picture(): Record<string, unknown> {
  const picture: Record<string, unknown> = {};
  const holders = { globalThis, Object, "Object.prototype": Object.prototype, Array, "Array.prototype": Array.prototype, Promise, "Promise.prototype": Promise.prototype, Error, "Error.prototype": Error.prototype, Atomics, process, console, Symbol } as Record<string, object>;
  for (const [name, holder] of Object.entries(holders)) {
    for (const key of Reflect.ownKeys(holder)) {
      const { get, set, value } = Object.getOwnPropertyDescriptor(holder, key) as PropertyDescriptor;
      const isFunction = typeof value === "function" || typeof get === "function";
      picture[`${name}.${String(key)}`] = isFunction ? numberOf(value ?? get) + numberOf(set) : typeof value === "object" ? "object" : String(value);
    }
  }
  for (const event of process.eventNames()) picture[`listeners of ${String(event)}`] = process.listenerCount(event);
  picture["env"] = JSON.stringify(process.env);
  picture["execArgv"] = process.execArgv.join(" ");
  return picture;
}

/** Identity of a function as a number that can be compared later. */
const numbers = new Map<unknown, number>();
function numberOf(fn: unknown): string {
  if (!numbers.has(fn)) numbers.set(fn, numbers.size);
  return `#${numbers.get(fn)}`;
}

function difference(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => before[key] !== after[key]).map((key) => `${key}: ${String(before[key])} -> ${String(after[key])}`);
}

picture(); // Looking loads what Node loads lazily.
const before = picture();
const { start } = await import("../../../src/index.ts");
console.log("imported", JSON.stringify(difference(before, picture())));
const rt = await start({ threads: 1 });
await rt.spawn(async () => rt.sleep(1));
await rt.stop();
await wait(1);
console.log("stopped", JSON.stringify(difference(before, picture())));
