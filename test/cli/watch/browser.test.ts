/** The user's browser, with openers that only write what they were given. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { NO_BROWSER, openBrowser, withoutBrowser } from "../../../src/cli/watch/browser.ts";
import { until } from "./served.ts";

const URL = "http://127.0.0.1:4000/?token=AAAAAAAAAAAAAAAAAAAAAA";

/** A folder with programs of these names, each of which writes its arguments to a file and ends with the code. */
function openers(code: number, ...names: readonly string[]): { readonly PATH: string; readonly given: string } {
  const PATH = mkdtempSync(join(tmpdir(), "warren-opener-"));
  onTestFinished(() => rmSync(PATH, { recursive: true }));
  const given = join(PATH, "given");
  for (const name of names) {
    writeFileSync(join(PATH, name), `#!/bin/sh\nprintf '%s\\n' "${name}" "$@" > "${given}.new"\n/bin/mv "${given}.new" "${given}"\nexit ${code}\n`);
    chmodSync(join(PATH, name), 0o755);
  }
  return { PATH, given };
}

describe("opens the address", () => {
  test.each([["linux", ["xdg-open", URL]], ["freebsd", ["xdg-open", URL]], ["darwin", ["open", URL]], ["win32", ["cmd", "/c", "start", "", URL]]] as const)("on %s", async (platform, expected) => {
    const { PATH, given } = openers(0, "xdg-open", "open", "cmd");
    const said: string[] = [];
    openBrowser(() => URL, (line) => said.push(line), { platform, env: { PATH, DISPLAY: ":0" } });
    await until(() => existsSync(given));
    expect(readFileSync(given, "utf8").split("\n").slice(0, -1)).toEqual(expected);
    expect(said).toEqual([]);
  });
});

describe("one line if there is none", () => {
  const opened = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform = "linux"): Promise<string> =>
    new Promise((resolve) => openBrowser(() => URL, resolve, { platform, env }));

  test("no opener", async () => {
    const { PATH } = openers(0);
    expect(await opened({ PATH, WAYLAND_DISPLAY: "wayland-0" })).toBe(NO_BROWSER);
  });

  test("an opener that finds no browser", async () => {
    const { PATH, given } = openers(3, "xdg-open");
    expect(await opened({ PATH, DISPLAY: ":0" })).toBe("no browser could be opened: open the address yourself");
    expect(existsSync(given)).toBe(true);
  });

  test.each([
    ["no screen", {}, /^no browser could be opened/],
    ["CI", { CI: "true", DISPLAY: ":0" }, /^no browser is opened in CI$/],
    ["SSH", { SSH_CONNECTION: "10.0.0.1 5000 10.0.0.2 22", DISPLAY: "localhost:10.0" }, /^no browser is opened over SSH: .*ssh -L$/],
    ["a terminal of SSH", { SSH_TTY: "/dev/pts/0", DISPLAY: ":0" }, /SSH/],
  ])("%s: nothing is started, and no address is made", (_, env, line) => {
    const { PATH, given } = openers(0, "xdg-open");
    const said: string[] = [];
    openBrowser(() => expect.unreachable(), (text) => said.push(text), { platform: "linux", env: { PATH, ...env } });
    expect(said).toEqual([expect.stringMatching(line)]);
    expect(existsSync(given)).toBe(false);
  });

  test("macOS and Windows need no DISPLAY", () => {
    expect([withoutBrowser({ platform: "darwin", env: {} }), withoutBrowser({ platform: "win32", env: {} })]).toEqual([null, null]);
  });
});
