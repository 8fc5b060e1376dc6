/** What rewritten code of the coherence simulation has instead of parts of src/host.ts, Node and runtime/task/site.ts. */
export * from "../../src/host.ts";
export { afterMicrotasks } from "./machine.ts";

/** Which task runs is of no concern here: code runs in no async context. */
export function captureContext(): undefined {
  return undefined;
}

export function inRoot<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R {
  return fn(...args);
}

export function runIn<A extends unknown[], R>(_context: unknown, fn: (...args: A) => R, ...args: A): R {
  return fn(...args);
}

/** As `AsyncLocalStorage` of Node. */
export class AsyncLocalStorage {
  getStore(): undefined {
    return undefined;
  }

  enterWith(): void {}
}

/** As in a program that starts many tasks: the allowance of sites is used up. */
export function captureSite(): undefined {
  return undefined;
}

export function framesHere(): undefined {
  return undefined;
}

/** No handle travels. Rewritten code calls these as generators. */
export class Holdings {
  *receiving(): Generator<never, void> {}

  *received(): Generator<never, void> {}
}
