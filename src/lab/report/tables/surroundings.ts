/** The machine, how it was measured, and how to get the same again. */
import { printProcessors, type Environment } from "../../machine/environment.ts";
import type { CellResult, Config, Result } from "../../result.ts";
import { count, printRatio } from "../../text.ts";
import { scrolling } from "../parts/chart.ts";
import { absent, html, type Html, type Piece } from "../parts/html.ts";

type Term = readonly [name: Piece, value: Piece];

/** What must hold exactly. */
export function checksSection({ checks }: Result): Html {
  if (checks.length === 0) return absent("No checks were made.");
  return html`<ul class="checks">${checks.map(({ name, ok, detail }) => html`<li>${ok ? "✓" : "✗ failed:"} ${name}${detail !== "" && html` <span class="quiet">${detail}</span>`}</li>`)}</ul>`;
}

/** Environment and configuration. */
export function surroundings({ env, config, cells, tool }: Result): Html {
  return html`<div class="columns">${list("The machine", machine(env))}${list("The measurement", measurement(config, cells, tool))}</div>`;
}

/** The command, and the numbers to take away. */
export function again({ config }: Result, { program }: { readonly program: string }): Html {
  return html`<p>Run this on the machine you want to know about; absolute times will differ; compare the gains:</p>
${scrolling(html`<pre><code>${[program, ...measured(config.command)].join(" ")} --format html -o report.html</code></pre>`, "command, scrolls sideways")}
<p>All numbers of this page are in it, as JSON of the schema <code>warren/1</code>, in the element <code>#warren-result</code>. <a id="download" download="warren-result.json" hidden>Download them</a></p>`;
}

const isOutput = (word: string | undefined): boolean => word === "-o" || word === "--output" || word === "--format";

/** A command line without where its output went and how it looked. */
function measured(command: readonly string[]): string[] {
  return command.filter((word, index) => !isOutput(word) && !isOutput(command[index - 1]) && !/^(--output=|--format=|-o.)/.test(word));
}

function machine(env: Environment): Term[] {
  return [
    ["CPU", env.cpu],
    ["cores", `${printProcessors(env.cores)}, usable ${Number(env.usable.toFixed(2))}`],
    ["cgroup quota", env.quota === null ? "none" : printProcessors(env.quota)],
    ["affinity", env.affinity ?? "unknown"],
    ["caches", `L2 ${bytes(env.caches.l2)}, last level ${bytes(env.caches.llc)}`],
    ["governor", env.governor ?? "unknown"],
    ["system", env.platform],
    ["Node, V8", `${env.node}, ${env.v8}`],
    ["load before", printRatio(env.load)],
    ["other programs waited for a core (PSI)", share(env.during.pressure)],
    ["throttled by the quota", share(env.during.throttled)],
    ["taken by the hypervisor", share(env.during.steal)],
  ];
}

function measurement(config: Config, cells: readonly CellResult[], tool: Result["tool"]): Term[] {
  const costs = cells.flatMap(({ trace }) => trace.cost ?? []);
  return [
    ["warren", tool.version],
    ["command", html`<code>${["warren", ...config.command].join(" ")}</code>`],
    ["seed", config.seed],
    ["blocks", `${config.blocksDone} complete of ${config.blocks}, ${config.isolation === "process" ? "each in a fresh process" : "all in one process"}`],
    ["runs", `${count(config.runs, "run")} of each cell in a block`],
    ["warm-up", `${config.warmupMs} ms a thread`],
    ["minimum time of a run", `${config.minTimeMs} ms`],
    ["cores used", config.cpus ?? "all"],
    ["cost of tracing", costs.length === 0 ? "nothing was traced" : `up to ${(100 * Math.max(...costs)).toFixed(1)} %`],
    ["started", config.startedAt],
    ["took", `${config.seconds.toFixed(1)} s`],
  ];
}

function list(title: string, terms: readonly Term[]): Html {
  return html`<div><h3>${title}</h3><dl class="facts">${terms.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></div>`;
}

function bytes(size: number | null): string {
  if (size === null) return "unknown";
  return size >= 1_048_576 ? `${Number((size / 1_048_576).toFixed(1))} MiB` : `${Math.round(size / 1024)} KiB`;
}

function share(value: number | null): string {
  return value === null ? "unknown" : `${(100 * value).toFixed(1)} % of the time`;
}
