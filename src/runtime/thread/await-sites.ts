/**
 * Which line waits: where the promise of a waiting operation is awaited, found when a
 * report asks for it. Waiting itself costs nothing more.
 *
 * V8 builds the asynchronous part of a stack trace from the chain of promises that the
 * running reaction will settle. So the promise of the operation is resolved with
 * another one, whose reaction takes the stack trace and then returns a third promise,
 * which takes the place of the first: the operation settles that one when it ends. The
 * task sees no difference, except for some microtasks.
 *
 * There is no line if nothing awaits the promise, or if several things do.
 * Source: V8's zero-cost async stack traces (CaptureAsyncStackTrace in isolate.cc).
 */
import { framesHere } from "../task/site.ts";

/** An operation, with what settles its promise. */
export interface Settles {
  resolve: ((value: unknown) => void) | undefined;
  reject: ((error: unknown) => void) | undefined;
}

/** The lines of code that await these operations, each as the lines of a stack trace. */
export async function awaitSites(operations: readonly Settles[]): Promise<(string | undefined)[]> {
  const sites: (string | undefined)[] = operations.map(() => undefined);
  const start = Promise.withResolvers<void>();
  for (const [k, operation] of operations.entries()) {
    const { resolve } = operation;
    const rest = Promise.withResolvers<unknown>();
    operation.resolve = rest.resolve;
    operation.reject = rest.reject;
    resolve?.(
      start.promise.then(() => {
        sites[k] = framesHere();
        return rest.promise;
      }),
    );
  }
  // By then each promise follows the one that it was resolved with.
  await undefined;
  start.resolve();
  await start.promise;
  return sites;
}
