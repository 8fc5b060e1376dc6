/** Tasks of the tests of shared objects as values. */
import { Barrier, Counter, Mutex, Once, RwLock, Semaphore, WaitGroup, task } from "../../../src/index.ts";

/** Uses an object as its kind; true, or the code of the error. */
export const useThere = task(import.meta, async function useThere(kind: string, object: unknown): Promise<unknown> {
  try {
    if (object instanceof Mutex) (await object.lock()).unlock();
    else if (object instanceof RwLock) {
      (await object.readLock()).unlock();
      (await object.writeLock()).unlock();
    } else if (object instanceof Semaphore) (await object.acquire(2)).unlock();
    else if (object instanceof WaitGroup) {
      object.add();
      object.done();
      await object.wait();
    } else if (object instanceof Once) await object.do(async () => undefined);
    else if (object instanceof Barrier) await object.wait();
    else if (object instanceof Counter) {
      object.add();
      await object.until(8);
      object.add(-1);
    } else return `it is no ${kind}`;
    return true;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
});

export const sameThere = task(import.meta, async function sameThere(value: { readonly deep: readonly object[] }) {
  return { back: value.deep[0] };
});

export const makeThere = task(import.meta, async function makeThere(kind: string): Promise<object> {
  if (kind === "Mutex") return new Mutex();
  if (kind === "RwLock") return new RwLock();
  if (kind === "Semaphore") return new Semaphore(3);
  if (kind === "WaitGroup") return new WaitGroup();
  if (kind === "Once") return new Once();
  return kind === "Barrier" ? new Barrier(1) : new Counter(7);
});
