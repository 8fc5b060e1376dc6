/**
 * The page of `warren watch`: one HTML file. Live, it asks for nothing but
 * its own `/events` and `/command`. As a recording it asks for nothing: it works from a file.
 * A content security policy with the hashes of its one script and one style sheet
 * forbids everything else.
 */
import { readFileSync } from "node:fs";
import { documentOf, generatedBy, hashSource } from "../../report/parts/document.ts";
import { html, inlineJson, raw, type Html } from "../../report/parts/html.ts";
import { paletteStyle } from "../../report/parts/palette.ts";
import type { Recording, Welcome } from "../protocol.ts";
import { joinModules } from "./join.ts";

/** What is shown: a run on this machine, or a recording. */
export interface PageOptions {
  readonly welcome: Welcome;
  readonly recording?: Recording | undefined;
}

/** The page, and the policy that a server sends with it. */
export interface WatchPage {
  readonly html: string;
  /** The content security policy; a server adds `frame-ancestors 'none'`, which only a header can have. */
  readonly policy: string;
}

const TITLE = "Concurrency is not parallelism";

/** Made from the files next to this one when first needed. */
let assets: { readonly script: string; readonly style: string } | null = null;

function assetsOnce(): { readonly script: string; readonly style: string } {
  assets ??= {
    script: joinModules(new URL("view/main.js", import.meta.url)),
    style: withChoice(paletteStyle()) + readFileSync(new URL("style.css", import.meta.url), "utf8"),
  };
  return assets;
}

/** The palette follows the system; with the attribute `data-theme` on the root, a person's choice. */
function withChoice(palette: string): string {
  const [light, dark] = [...palette.matchAll(/:root \{ ([^}]*--page[^}]*)\}/g)].map(([, variables]) => variables as string);
  if (light === undefined || dark === undefined) throw new Error("the palette has no light and dark colours");
  return `${palette}:root[data-theme="light"] { color-scheme: light; ${light.replace("color-scheme: light dark;", "")}}
:root[data-theme="dark"] { color-scheme: dark; ${dark}}
`;
}

/** Renders the page. */
export function renderPage({ welcome, recording }: PageOptions): WatchPage {
  const { script, style } = assetsOnce();
  const policy = `default-src 'none'; script-src ${hashSource(script)}; style-src ${hashSource(style)}; img-src data:; ${recording === undefined ? "connect-src 'self'; " : ""}base-uri 'none'; form-action 'none'`;
  const page = documentOf({
    title: `${TITLE}: warren watch`,
    policy, style,
    head: generatedBy(welcome.version),
    attributes: welcome.present ? raw(' data-present=""') : null,
    body: html`${body(recording !== undefined)}
<script type="application/json" id="warren-welcome">${inlineJson(welcome)}</script>
${recording !== undefined && html`<script type="application/json" id="warren-recording">${inlineJson(recording)}</script>
`}<script>${raw(script)}</script>`,
  });
  return { html: page, policy };
}

/** The parts of the page; the script fills them. */
function body(isRecorded: boolean): Html {
  return html`<a class="skip" href="#stage">Skip to the stage</a>
<noscript><p class="notice">This page needs JavaScript: the picture is drawn from events of the program.</p></noscript>
<p class="notice" id="unable">This browser is too old for this page. Use a current Chrome, Edge, Firefox or Safari.</p>
<div id="page" hidden>
<header>
<h1>${TITLE}</h1>
<p class="quiet" id="machine"></p>
<div class="tools">${!isRecorded && html`<a id="save" class="button" href="recording" download="warren-watch.html" hidden>Save the run</a>`}<button type="button" id="sound" aria-pressed="false">Sound off</button><button type="button" id="theme">Dark</button><button type="button" id="help" aria-expanded="false" aria-controls="keys">Keys ?</button></div>
</header>
<div id="keys" hidden></div>
<div class="ask"><form id="choices" aria-label="${isRecorded ? "Recorded runs" : "What to run"}"></form>
<p class="state" id="state" role="status" aria-live="polite"></p></div>
<p class="notice wrong" id="trouble" role="alert" hidden></p>
<main>
<section id="scene" aria-labelledby="run-title">
<h2 id="run-title"></h2>
<div class="counts" id="counts"></div>
<p class="said" id="said"></p>
<div id="stage" tabindex="-1">${!isRecorded && html`<p class="begin"><strong>Concurrency</strong> is structure: a program is divided into parts that can be in progress at the same time. <strong>Parallelism</strong> is execution: several parts run at the same moment, each on a core. Choose a program and press <kbd>S</kbd> or <strong>Start</strong> to see both.</p>`}</div>
<ul class="legend" id="legend"></ul>
<div class="player" id="player" role="group" aria-label="Playback"></div>
<p class="notice" id="gaps" hidden></p>
<div id="strip"></div>
</section>
<aside id="gains" aria-label="What structure gains, what threads gain"></aside>
</main>
</div>`;
}
