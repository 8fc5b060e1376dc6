/** Tasks that throw anything at all; the case is named on the command line. */
import { EventEmitter } from "node:events";
import { type Chan, i32, sleep, start, task } from "../../../src/index.ts";

class QuotaError extends RangeError {
  override name = "QuotaError";
  readonly limit = 5;
}

function cyclic(): Error {
  const error = new Error("cyclic");
  return Object.assign(error, { cause: error, self: { error } });
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** An error that throws when it is looked at. */
function hostile(key: string): Error {
  return Object.defineProperty(new Error("hostile"), key, {
    get() {
      throw new RangeError(`no ${key}`);
    },
  });
}

function deepCause(): Error {
  let error = new Error("at the bottom");
  for (let k = 0; k < 5000; k++) error = new Error(`level ${k}`, { cause: error });
  return error;
}

function overflow(): number {
  return 1 + overflow();
}

async function chain(): Promise<number> {
  let promise = Promise.resolve(0);
  for (let k = 0; k < 1_000_000; k++) promise = promise.then((count) => count + 1);
  if ((await promise) === 1_000_000) throw new Error("the end of a long chain");
  return 0;
}

/** Each makes what is thrown; or throws it itself. */
const THINGS: Record<string, () => unknown> = {
  error: () => Object.assign(new Error("mine", { cause: new TypeError("why") }), { code: "E_MINE", tries: 3 }),
  subclass: () => new QuotaError("too much"),
  aggregate: () => new AggregateError([new Error("first"), "second"], "both"),
  string: () => "just text",
  null: () => null,
  undefined: () => undefined,
  symbol: () => Symbol("mine"),
  function: () => function culprit() {},
  frozen: () => Object.freeze(new Error("frozen")),
  sealed: () => Object.seal(new Error("sealed")),
  "not extensible": () => Object.preventExtensions(new Error("not extensible")),
  "no stack": () => Object.assign(new Error("no stack"), { stack: undefined }),
  cyclic,
  promise: () => Promise.resolve(7),
  "hostile message": () => hostile("message"),
  "hostile stack": () => hostile("stack"),
  "hostile name": () => hostile("name"),
  "revoked proxy": revoked,
  "no prototype": () => Object.create(null),
  "huge message": () => new Error("x".repeat(20_000_000)),
  "deep cause": deepCause,
  overflow,
};

export const throws = task(import.meta, async function throws(what: string) {
  throw THINGS[what]();
});

/** Not async: it throws before there is a promise. */
export const throwsAtOnce = task(import.meta, function throwsAtOnce(what: string): Promise<void> {
  throw THINGS[what]();
});

export const throwsAfterChain = task(import.meta, async function throwsAfterChain() {
  await chain();
});

/** Its result looks like a promise and throws when it is used as one. */
export const returnsThrowingThen = task(import.meta, function returnsThrowingThen(how: string): PromiseLike<number> {
  const thrown = (): never => {
    throw new RangeError(how);
  };
  // oxlint-disable-next-line no-thenable -- the point of it
  return Object.defineProperty({}, "then", how === "getter" ? { get: thrown } : { value: thrown }) as PromiseLike<number>;
});

/** Throws where no task is: later, in a callback. */
const LATER: Record<string, (error: Error) => void> = {
  setImmediate: (error) => {
    setImmediate(() => {
      throw error;
    });
  },
  setTimeout: (error) => {
    setTimeout(() => {
      throw error;
    }, 1);
  },
  nextTick: (error) => {
    process.nextTick(() => {
      throw error;
    });
  },
  queueMicrotask: (error) => {
    queueMicrotask(() => {
      throw error;
    });
  },
  EventEmitter: (error) => {
    const emitter = new EventEmitter();
    setImmediate(() => emitter.emit("error", error));
  },
  rejection: (error) => void Promise.reject(error),
  "then without catch": (error) => void Promise.resolve().then(() => Promise.reject(error)),
  "exit 0": () => setImmediate(() => process.exit(0)),
  "exit 3": () => process.exit(3),
  // On a thread it is refused.
  abort: () => process.abort(),
  chdir: () => process.chdir("/"),
};

/** Does one of those and goes on as if nothing were. */
export const throwsLater = task(import.meta, async function throwsLater(how: string, started: Chan<number>) {
  LATER[how](Object.assign(new RangeError(`from ${how}`), { code: "E_DETACHED" }));
  await started.send(1);
  await sleep(1e9);
});

export const answers = task(import.meta, async function answers() {
  return 42;
});

export const holdsOn = task(import.meta, async function holdsOn(from: Chan<number>) {
  return from.recv();
});

/** What code that catches the error sees. */
function seen(error: unknown): object {
  if (!(error instanceof Error)) return { thrown: String(error) };
  const { name, code, message, cause, errors, tries, limit } = error as Error & Record<string, unknown>;
  return { class: error.constructor.name, name, code, message: message.length > 200 ? message.length : message, ...(cause instanceof Error && { cause: cause === error ? "itself" : cause.message }), ...(Array.isArray(errors) && { errors: errors.map(String) }), tries, limit };
}

async function joined(promise: Promise<unknown>): Promise<object> {
  return promise.then((value) => ({ returned: value }), seen);
}

const print = (what: string, value: unknown): void => console.log(JSON.stringify([what, value]));

const CASES: Record<string, (how: string) => Promise<void>> = {
  /** Everything is thrown by tasks of thread 1, by closures here, and a task of thread 1 lives through it. */
  async spawn() {
    process.on("warning", (warning) => print("warning", warning.message));
    await using rt = await start({ threads: 2 });
    const later = rt.chan(i32);
    const neighbour = rt.spawn.on(1)(holdsOn, later);
    for (const what of Object.keys(THINGS)) {
      const here = async (): Promise<never> => {
        throw THINGS[what]();
      };
      print(what, await joined(rt.spawn.on(1)(throws, what)));
      print(`${what}, at once`, await joined(rt.spawn.on(1)(throwsAtOnce, what)));
      print(`${what}, here`, await rt.spawn(here).then(() => "returned", () => "caught"));
    }
    print("long chain", await joined(rt.spawn.on(1)(throwsAfterChain)));
    for (const how of ["call", "getter"]) print(`then that throws, ${how}`, await joined(rt.spawn.on(1)(returnsThrowingThen, how)));
    await later.send(9);
    print("neighbour", await neighbour);
  },
  /** Nobody handles it: the runtime ends, and the process with it. */
  async go(what) {
    const rt = await start({ threads: 2 });
    rt.go.on(1)(throws, what);
    await rt.sleep(1e9).catch(() => undefined);
  },
  /** The same, heard: one runtime after the other. */
  async "go, heard"() {
    let heard = Promise.withResolvers<unknown>();
    process.on("uncaughtException", (error) => heard.resolve(error));
    for (const what of ["undefined", "symbol", "sealed", "hostile stack", "revoked proxy"]) {
      heard = Promise.withResolvers();
      const rt = await start({ threads: 1 });
      rt.go.on(0)(throws, what);
      const waiting = rt.sleep(1e9).catch(({ code }: { code: string }) => code);
      print(what, [await waiting, await heard.promise.then(seen)]);
    }
  },
  /** Each ends its thread; a task of the other one, and main, go on. */
  async later() {
    process.on("warning", (warning: Error & { code?: string }) => print("warning", [warning.code, warning.message]));
    await using rt = await start({ threads: 2 });
    const later = rt.chan(i32);
    const neighbour = rt.spawn.on(0)(holdsOn, later);
    for (const how of Object.keys(LATER)) {
      const started = rt.chan(i32, 1);
      print(how, await joined(rt.spawn.on(1)(throwsLater, how, started)));
      print("then", await rt.spawn.on(1)(answers));
    }
    await later.send(9);
    print("neighbour", await neighbour);
  },
};

if (import.meta.main) await CASES[process.argv[2]](process.argv[3]);
