/**
 * The program that silently does nothing: it defines tasks, asks whether it is the
 * program by `import.meta.main`, is told no, and ends. That happens under pm2, with
 * `node -e 'import(…)'` and before Node 24.2, where `isMain(import.meta)` is right.
 */
import { setTimeout } from "../../host.ts";
import { type ModuleRef, hasAskedIsMain, isProgram, isTaskThread } from "./module-ref.ts";

let hasStarted = false;
let hasWarned = false;
let watched: string | undefined;

/** A runtime was asked for. */
export function noteStart(): void {
  hasStarted = true;
}

/** A module has registered a task. If that module is the program and Node does not say so, the end of the process is watched. */
export function noteTask(url: string, module: ModuleRef): void {
  if (watched !== undefined || hasStarted || typeof module === "string" || (module as { main?: unknown }).main === true) return;
  if (isTaskThread() || !isProgram(url, module)) return;
  watched = url;
  const main = String((module as { main?: unknown }).main);
  const warn = (what: string): void => {
    if (hasStarted || hasWarned || hasAskedIsMain(url)) return;
    hasWarned = true;
    process.emitWarning(`${url} defines tasks and ${what}. import.meta.main is ${main} here. Write if (isMain(import.meta)), with isMain from "warren"`, { type: "WarrenWarning", code: "WARREN_NOT_STARTED" });
  };
  process.once("beforeExit", () => warn("has ended without starting a runtime"));
  // A channel to the parent process, as under pm2, can keep a program alive that does nothing more.
  if (process.connected) setTimeout(() => isIdle() && warn(`has started no runtime and does nothing else after ${IDLE_MS / 1000} s`), IDLE_MS).unref();
}

const IDLE_MS = 3000;

/** Nothing is open but pipes: standard output, and the channel to the parent process. */
function isIdle(): boolean {
  return process.getActiveResourcesInfo().every((kind) => kind === "PipeWrap");
}
