/** The part of VERIFY.md that this layer writes: its row of the table, and its section. */

/** A whole run. */
export interface NetRun {
  readonly lines: readonly string[];
  readonly seconds: number;
  /** How to repeat it. */
  readonly command: string;
  /** Date and commit. */
  readonly when: string;
}

const ROW = /^\| net \|.*\n/m;
const SECTION = /^## net\n[^]*?(?=^## |$(?![^]))/m;
const WHEN = /^- [^\n]*: net on .*\n/m;
/** What `npm run verify` says of the layer, too. */
const WHAT = "warren/net with a real nats-server: kills of consumers, producers and the broker, suspended nodes, outages";

/** The page with this run in place of the last, or before the layer `soak`. @throws if the page has no such layer */
export function withNet(page: string, { lines, seconds, command, when }: NetRun): string {
  const row = `| net | ${WHAT} | holds | ${seconds.toFixed(0)} | \`${command}\` |\n`;
  const section = ["## net", "", "```text", ...lines, "```", "", ""].join("\n");
  const bare = page.replace(ROW, "").replace(SECTION, "").replace(WHEN, "");
  const changed = bare.replace(/^\| soak \|/m, () => `${row}| soak |`).replace(/^## soak$/m, () => `${section}## soak`).replace(/^- Node /m, () => `- ${when.split(" ")[0]}: net on ${when.split(" ")[1]}\n- Node `);
  if (!changed.includes(row) || !changed.includes(section)) throw new Error("VERIFY.md has no layer soak: write it with npm run verify");
  return changed;
}
