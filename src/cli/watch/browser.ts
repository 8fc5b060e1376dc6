/**
 * Opens the page in the user's browser. The address is printed in any case, so a browser that
 * cannot be opened is worth one line and no error.
 *
 * Every user of a machine can read the arguments of a process. So the address that goes to the
 * browser is valid once (guard.ts).
 */
import { spawn } from "node:child_process";

/** What is asked of the machine. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
}

/** The line if there is no browser. */
export const NO_BROWSER = "no browser could be opened: open the address yourself";

/** Programs that open an address in the browser that the user has chosen. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  // The empty text is the title of a window: without it, `start` takes an address in quotes for one.
  win32: ["cmd", "/c", "start", ""],
};
const USUAL_OPENER = ["xdg-open"];

/** Why no browser should be opened at all: nobody sits at this machine, or its screen is not ours. `null`: one can be tried. */
export function withoutBrowser({ platform, env }: Machine): string | null {
  const isSet = (name: string): boolean => (env[name] ?? "") !== "";
  if (isSet("CI")) return "no browser is opened in CI";
  if (isSet("SSH_CONNECTION") || isSet("SSH_TTY")) return "no browser is opened over SSH: the page can be reached only from this machine, for example through ssh -L";
  if (platform !== "win32" && platform !== "darwin" && !isSet("DISPLAY") && !isSet("WAYLAND_DISPLAY")) return NO_BROWSER;
  return null;
}

/**
 * Opens an address and waits for nothing: the browser outlives the command. `say` is called
 * with one line if it is not opened, now or as soon as that is known. `url` makes the address,
 * only when a program is started with it.
 */
export function openBrowser(url: () => string, say: (line: string) => void, machine: Machine = process): void {
  const reason = withoutBrowser(machine);
  if (reason !== null) return say(reason);
  const [program, ...args] = OPENERS[machine.platform] ?? USUAL_OPENER;
  const child = spawn(program as string, [...args, url()], { env: machine.env, detached: true, stdio: "ignore", windowsHide: true });
  child.once("error", () => say(NO_BROWSER));
  child.once("exit", (code) => {
    if (code !== 0) say(NO_BROWSER);
  });
  child.unref();
}
