/**
 * Stack traces as a program should see them: without the frames of warren's engine, of
 * Piscina, of the NATS clients and of the calls by which Node starts a task. The first frame that is left is
 * a line of the program.
 *
 * Node prints the source line of the first frame above an uncaught error, unless that
 * line has the mark "node-do-not-add-exception-line" (node/src/node_errors.cc,
 * GetErrorSource). Lines that make errors which a program may not catch have it.
 */
import { OWN_FILES, OWN_FOLDER } from "../host.ts";

/** These are programs that use the engine. */
const PROGRAMS = /^(lab|cli)\b/;
const OTHERS = /\/node_modules\/(?:piscina|@nats-io)\/|\(node:async_hooks:|processImmediate \(node:internal\/timers:|new Promise \(<anonymous>\)/;

function isOwn(frame: string): boolean {
  for (const own of [OWN_FILES, OWN_FOLDER]) {
    const at = frame.indexOf(own);
    if (at >= 0) return !PROGRAMS.test(frame.slice(at + own.length));
  }
  return OTHERS.test(frame);
}

/** The text of a stack without those frames. */
export function withoutOwnFrames(stack: string): string {
  if (!stack.includes("\n    at ")) return stack;
  return stack.split("\n").filter((line) => !line.startsWith("    at ") || !isOwn(line)).join("\n");
}

/** Gives an error another stack. Does nothing to an error that does not accept it. Unlike an assignment, this keeps the place that V8 has noted, for which Node prints the source line. */
export function setStack(error: Error, stack: string): void {
  try {
    Object.defineProperty(error, "stack", { value: stack, writable: true, enumerable: false, configurable: true });
  } catch {
    // Frozen, or a revoked proxy.
    return;
  }
}

/** As `setStack`, with what `change` makes of the present stack, which is not read before somebody asks: V8 forgets the place when it writes the text. */
export function changeStack(error: Error, change: (stack: string) => string): void {
  try {
    const { get, value } = Object.getOwnPropertyDescriptor(error, "stack") ?? {};
    if (get === undefined) return setStack(error, change(String(value)));
    Object.defineProperty(error, "stack", {
      get: () => {
        const stack = change(String(Reflect.apply(get, error, [])));
        setStack(error, stack);
        return stack;
      },
      set: (stack: string) => {
        setStack(error, stack);
      },
      enumerable: false,
      configurable: true,
    });
  } catch {
    // Frozen, or a revoked proxy.
    return;
  }
}

/** An error that a wait has ended with: its frames are those of the loop, so its stack becomes the place where the wait began, if that was recorded. */
export function beganAt(error: Error, site: string | undefined): void {
  setStack(error, `${error.name}: ${error.message}${site === undefined ? "" : `\n${site}`}`);
}
