/** A real Chromium for tests, where one is installed: Debian's package, or what $CHROMIUM names. */
import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];

/** Nothing but the page: no sandbox (root has none), and nothing that asks the network by itself. */
const ARGUMENTS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** Where Chromium is; `null`: there is none, and the tests that need it are skipped with a line that says so. */
export const CHROMIUM: string | null = [process.env["CHROMIUM"], ...PLACES].find((path) => path !== undefined && path !== "" && existsSync(path)) ?? null;

/** Starts it. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM as string, args: ARGUMENTS, timeout: 120_000 });
}
