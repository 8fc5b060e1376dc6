/** The scripts that complete the command line, run by the shells themselves. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findOnPath } from "../../../src/lab/machine/other-programs.ts";
import { warren } from "../warren-process.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
const [BASH, ZSH, FISH, TERMINAL] = ["bash", "zsh", "fish", "script"].map((name) => findOnPath(name));
const folder = mkdtempSync(join(tmpdir(), "warren-completions-"));
const scriptOf = (shell: (typeof SHELLS)[number]): string => join(folder, shell);

beforeAll(async () => {
  for (const shell of SHELLS) {
    const { code, stdout, stderr } = await warren(["completions", shell]);
    expect([code, stderr]).toEqual([0, ""]);
    writeFileSync(scriptOf(shell), stdout);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Words of a line that ends at the cursor, and what can stand there. */
const CASES: readonly (readonly [line: string, found: readonly string[]])[] = [
  ["warren go", ["gophers"]],
  ["warren -q ba", ["balance"]],
  ["warren -o gophers ba", ["balance"]],
  ["warren gophers --wor", ["--world"]],
  ["warren gophers --world ", ["cpu", "wait", "mixed", "all"]],
  ["warren gophers --world cpu,w", ["cpu,wait"]],
  ["warren gophers --designs G1", ["G1", "G10", "G11"]],
  ["warren gophers --format j", ["json"]],
  ["warren list --format ", ["table", "json"]],
  ["warren trace gop", ["gophers"]],
  ["warren trace gophers --format ", ["text", "json", "chrome"]],
  ["warren trace gophers --ev", ["--events"]],
  ["warren balance --policy heap,r", ["heap,round-robin", "heap,random"]],
  ["warren experiment c", ["carts", "control"]],
  ["warren patterns rin", ["ring"]],
  ["warren watch ba", ["balance"]],
  ["warren watch --wor", ["--world"]],
  ["warren help tra", ["trace"]],
  ["warren completions ", ["bash", "zsh", "fish"]],
  ["warren bench ", ["operations", "programs"]],
  ["warren gophers --blocks ", []],
  ["warren gophers --save ", []],
  ["warren report --theme ", ["auto", "light", "dark"]],
];

describe.skipIf(!BASH)("bash", () => {
  const completing = (words: readonly string[]): string[] => {
    const printed = execFileSync(BASH as string, ["--norc", "-c", 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _warren; printf "%s\\n" "${COMPREPLY[@]}"', scriptOf("bash"), ...words], { encoding: "utf8", cwd: folder });
    return printed.split("\n").filter((line) => line !== "");
  };

  it.each(CASES)("%s", (line, found) => {
    expect(completing(line.split(" "))).toEqual(found);
  });

  it("takes the value after an equals sign, which bash makes a word", () => {
    expect(completing(["warren", "gophers", "--format", "=", "j"])).toEqual(["json"]);
    expect(completing(["warren", "gophers", "--world", "="])).toEqual(["cpu", "wait", "mixed", "all"]);
  });

  it("leaves names of files to bash", () => {
    for (const line of ["warren compare ", "warren gophers -o ", "warren sawzall ", "warren gophers --pile "]) expect(completing(line.split(" "))).toEqual([]);
    expect(execFileSync(BASH as string, ["--norc", "-c", 'source "$0"; source "$0"; complete -p warren', scriptOf("bash")], { encoding: "utf8" })).toBe("complete -o bashdefault -o default -F _warren warren\n");
  });

  it("completes a line that is typed", { tags: ["deep"] }, (context) => {
    if (process.platform !== "linux" || !TERMINAL) return context.skip("there is no script of util-linux");
    writeFileSync(join(folder, "run.json"), "");
    const typed = `source ${scriptOf("bash")}; warren() { echo "ran: $*"; }\nwarren go\t--wor\tcpu,wa\t-o ru\t\nexit\n`;
    const printed = execFileSync(TERMINAL, ["-qec", "bash --norc --noprofile -i", "/dev/null"], { input: typed, encoding: "utf8", cwd: folder, env: { ...process.env, TERM: "dumb" } });
    expect(printed).toContain("ran: gophers --world cpu,wait -o run.json");
  });
});

describe.skipIf(!FISH)("fish", () => {
  it.each(CASES)("%s", (line, found) => {
    const printed = execFileSync(FISH as string, ["--no-config", "-c", `source ${scriptOf("fish")}; complete -C '${line}'`], { encoding: "utf8", cwd: folder });
    expect(printed.split("\n").filter((text) => text !== "").map((text) => text.split("\t")[0]).toSorted()).toEqual([...found].toSorted());
  });
});

describe.skipIf(!ZSH)("zsh", () => {
  /** What zsh provides while it completes, replaced by functions that print the words that begin as the last one. */
  const STUBS = `
    compdef() { : }; compset() { : }; _files() { : }
    compadd() { shift \${@[(i)--]}; print -rl -- \${(M)@:#\${words[CURRENT]##*,}*} }
    _describe() { print -rl -- \${(M)\${(P)@[-1]}:#\${words[CURRENT]}*} }`;

  it.each(CASES)("%s", (line, found) => {
    const printed = execFileSync(ZSH as string, ["-f", "-c", `${STUBS}\nsource "$0"; words=("$@"); CURRENT=$#; _warren`, scriptOf("zsh"), ...line.split(" ")], { encoding: "utf8", cwd: folder });
    expect(printed.split("\n").filter((text) => text !== "").map((text) => text.replace(/:.*/, "")).toSorted()).toEqual(found.map((word) => word.replace(/.*,/, "")).toSorted());
  });
});

describe("warren completions", () => {
  it("refuses other shells", async () => {
    expect(await warren(["completions", "tcsh"])).toEqual({ code: 2, stdout: "", stderr: 'warren: completions: "tcsh" is not one of bash, zsh, fish — did you mean bash?\n' });
  });
});
