/**
 * The program that silently does nothing: it defines tasks, asks whether it is the
 * program by `import.meta.main`, is told no, and ends. That happens under pm2, with
 * `node -e 'import(…)'` and before Node 24.2, where `isMain(import.meta)` is right.
 */
import { type ModuleRef, hasAskedIsMain, isProgram, isTaskThread } from "./module-ref.ts";

let hasStarted = false;
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
  process.once("beforeExit", () => {
    if (hasStarted || hasAskedIsMain(url)) return;
    const main = String((module as { main?: unknown }).main);
    process.emitWarning(`${url} defines tasks and has ended without starting a runtime. import.meta.main is ${main} here. Write if (isMain(import.meta)), with isMain from "warren"`, { type: "WarrenWarning", code: "WARREN_NOT_STARTED" });
  });
}
