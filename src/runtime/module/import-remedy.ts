/** Why a thread cannot import a module that the main thread has, and what helps: the end of the message of ERR_TASK_MODULE. */
import { fileURLToPath } from "node:url";
import { existsSync } from "../../host.ts";

/** Codes of Node's own loader, where the main thread may have had another one. */
const LOADER_ERROR = /^(?:ERR_)?(?:MODULE_NOT_FOUND|UNKNOWN_FILE_EXTENSION|UNSUPPORTED|INVALID_TYPESCRIPT|PACKAGE_IMPORT|IMPORT_ATTRIBUTE)/;

/** What helps, as sentences that follow the error's own message; nothing if that says enough. */
export function remedyFor(url: string, cause: unknown): string {
  if (/\[(?:eval\d*|stdin)\]$/.test(url)) return ". A program that is text after -e or on standard input is in no file: put its tasks into one";
  if (/vitest failed to find/i.test(String(cause))) return ". Put tasks into a module of their own: threads cannot import a file of tests (docs/testing.md)";
  if (!url.startsWith("file:")) return ". Threads import files: a module of another kind cannot have tasks";
  if (!existsSync(fileURLToPath(url))) return ". There is no such file: either a bundler has replaced import.meta.url by the address of the source (docs/bundling.md), or the file was moved";
  const code = (cause as { code?: unknown } | null | undefined)?.code;
  if (cause instanceof SyntaxError || LOADER_ERROR.test(String(code))) {
    return ". Threads load modules with Node's own loader, and with loaders that are given by --import (on the command line, in NODE_OPTIONS, or in the option execArgv). Aliases and transforms of a test runner or bundler, and hooks that the program registers itself, do not reach them (docs/testing.md)";
  }
  return "";
}
