/**
 * The report's style sheet. No file, font or picture is fetched. Light, dark and
 * paper differ only in the variables of the colours, whose hues are those of Okabe
 * and Ito's palette for colour-blind readers, darkened or lightened until marks
 * have 3:1 and text 4.5:1 against the page.
 */

const LIGHT = `
  --page: #ffffff; --ink: #1c2128; --quiet: #57606a; --line: #d0d7de; --ground: #f3f5f8; --link: #0550ae;
  --blue: #0063a6; --orange: #b35300; --green: #00785a; --purple: #8f3f8a; --brown: #7a6200; --red: #b3261e; --sky: #2f7fb5; --grey: #5b6570;
  --shade-0: #e3e8ee; --shade-1: #8fb4d8; --shade-2: #0a5a9c; --bar-text: #ffffff;
  --doubt: #fff6dd; --doubt-line: #b98900; --wrong: #ffe9e7; --wrong-line: #b3261e;`;

const DARK = `
  --page: #0f1419; --ink: #e6ebf0; --quiet: #9ba7b4; --line: #323b45; --ground: #1a2129; --link: #7cb8ff;
  --blue: #62b0f0; --orange: #f2a24d; --green: #45c79d; --purple: #d898d4; --brown: #d9bf4d; --red: #ff8a80; --sky: #9fd3ff; --grey: #aab4bf;
  --shade-0: #27313c; --shade-1: #48779f; --shade-2: #8fcbff; --bar-text: #0f1419;
  --doubt: #2d2710; --doubt-line: #d9b43a; --wrong: #371a19; --wrong-line: #ff8a80;`;

/** Paper is light whatever the screen is. */
const THEME = `
:root { color-scheme: light dark; ${LIGHT}
}
@media screen and (prefers-color-scheme: dark) {
:root { ${DARK}
}
}
@media print {
:root { color-scheme: light; }
}`;

const PAGE = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: break-word; }
main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 30px; line-height: 1.2; margin: 12px 0 12px; letter-spacing: -0.01em; }
h2 { font-size: 22px; line-height: 1.25; margin: 0 0 12px; }
h3 { font-size: 16px; margin: 24px 0 8px; }
p { margin: 0 0 12px; max-width: 76ch; }
section { margin-top: 48px; padding-top: 24px; border-top: 1px solid var(--line); }
a { color: var(--link); }
code, kbd, pre { font-family: ui-monospace, "Cascadia Mono", "Liberation Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: 0.9em; }
kbd { border: 1px solid var(--line); border-radius: 3px; padding: 0 4px; }
pre { margin: 0; padding: 12px; background: var(--ground); border-radius: 6px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.quiet, small, figcaption .quiet { color: var(--quiet); }
.small { font-size: 14px; }
.machine { color: var(--quiet); font-size: 14px; margin-bottom: 4px; max-width: none; }
.machine code { overflow-wrap: anywhere; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 20px; top: 8px; background: var(--page); padding: 4px 8px; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 16px; list-style: none; padding: 0; margin: 20px 0 0; font-size: 14px; }
.sentences p { font-size: 18px; line-height: 1.5; border-left: 3px solid var(--blue); padding-left: 14px; }
.notice { border-left: 4px solid var(--line); background: var(--ground); padding: 10px 16px; margin: 16px 0; border-radius: 0 6px 6px 0; }
.notice h2 { font-size: 16px; margin: 0 0 4px; }
.notice ul, .checks ul { margin: 0; padding-left: 20px; }
.notice p { margin: 0; }
.notice.doubt { background: var(--doubt); border-color: var(--doubt-line); }
.notice.wrong { background: var(--wrong); border-color: var(--wrong-line); }
.reading { color: var(--quiet); font-size: 15px; }
.reading strong, .reading b { color: var(--ink); }
.absent { color: var(--quiet); font-style: italic; }
details > summary { cursor: pointer; color: var(--link); font-size: 14px; padding: 4px 0; width: fit-content; }
.only-print { display: none; }
`;

const TABLES = `
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: 14px; line-height: 1.3; font-variant-numeric: tabular-nums; margin: 0 0 8px; }
#results table, #factors table { width: 100%; margin-bottom: 28px; }
#results table { table-layout: fixed; min-width: 1000px; }
#results th { width: 7.4%; } #results th:nth-child(1) { width: 8%; } #results th:nth-child(5), #results th:nth-child(6), #results th:nth-child(7) { width: 9%; } #results th:nth-child(12) { width: 14%; } #results th:nth-child(13) { width: 6%; }
caption { text-align: left; font-weight: 600; padding: 8px 0; font-size: 15px; }
th, td { padding: 5px 10px; border-bottom: 1px solid var(--line); vertical-align: top; text-align: left; white-space: nowrap; }
th:first-child, td:first-child { padding-left: 0; }
thead th { border-bottom: 2px solid var(--line); vertical-align: bottom; font-weight: 600; }
tbody th { font-weight: 600; }
.number { text-align: right; }
th small, td small { display: block; font-weight: 400; font-size: 12px; }
small.flag { color: var(--orange); }
#speed-up td.word, #comparison td.word { white-space: normal; }
.verdict { font-weight: 500; }
.terms { font-size: 14px; display: grid; gap: 4px; margin: 0; }
.terms div { display: grid; grid-template-columns: 9.5em 1fr; gap: 8px; }
dt { font-weight: 600; }
dd { margin: 0; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 360px), 1fr)); gap: 0 40px; }
.facts { margin: 0; font-size: 14px; }
.facts div { display: grid; grid-template-columns: 12em 1fr; gap: 8px; padding: 4px 0; border-bottom: 1px solid var(--line); }
.facts dt { font-weight: 400; color: var(--quiet); }
.facts dd { overflow-wrap: anywhere; }
@media (max-width: 520px) { .facts div, .terms div { grid-template-columns: 1fr; gap: 0; } }
`;

const PICTURES = `
figure { margin: 16px 0; }
figcaption { font-size: 14px; margin-bottom: 4px; }
.plot { display: block; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; --plot-background: var(--page); overflow: visible; }
.plot text { white-space: pre; }
.scroll > svg { display: block; min-width: 900px; max-width: 100%; height: auto; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 20px; padding: 0; margin: 0 0 8px; font-size: 14px; }
.legend li { display: flex; align-items: center; gap: 6px; }
.legend svg { flex: none; }
.multiples { display: flex; flex-wrap: wrap; gap: 16px 20px; align-items: end; }
.multiples figure { margin: 0; max-width: 100%; }
.multiples svg { max-width: 100%; height: auto; }
.multiples figcaption { font-weight: 600; }
.multiples .quiet { font-weight: 400; }
.timeline text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--ink); }
.timeline .heading { fill: var(--quiet); }
.timeline .row { text-anchor: end; white-space: pre; }
.timeline .place { fill: var(--quiet); font-size: 11px; }
.timeline .ground { fill: var(--ground); }
.timeline .numbers text { fill: var(--bar-text); font-size: 11px; text-anchor: middle; }
.timeline .axis text { text-anchor: middle; font-variant-numeric: tabular-nums; }
.timeline .axis line { stroke: var(--ink); stroke-opacity: 0.18; }
.timeline .arrows path { fill: none; stroke: var(--ink); stroke-width: 1; stroke-opacity: 0.75; }
.run { stroke-width: 0.6; vector-effect: non-scaling-stroke; fill: var(--c); stroke: var(--c); }
.run.k0 { --c: var(--blue); } .run.k1 { --c: var(--orange); } .run.k2 { --c: var(--green); } .run.k3 { --c: var(--purple); }
.run.k4 { --c: var(--brown); } .run.k5 { --c: var(--red); } .run.k6 { --c: var(--sky); } .run.k7 { --c: var(--grey); }
.rest { fill: none; stroke: var(--quiet); vector-effect: non-scaling-stroke; }
.rest.ready { fill: var(--shade-1); stroke: var(--shade-1); stroke-width: 0.6; }
.rest.channel { stroke-width: 1.5; }
.rest.timer { stroke-width: 4; stroke-dasharray: 3 1.500; }
.rest.other { stroke-width: 1.5; stroke-dasharray: 1.5 4; }
.area { fill: var(--shade-2); fill-opacity: 0.85; }
.area.c { fill: var(--shade-1); }
.timeline-figure { padding-top: 8px; }
.zoom { float: right; }
.zoom button { font: 13px system-ui, sans-serif; min-width: 26px; margin-left: 4px; padding: 1px 6px; background: var(--page); color: var(--ink); border: 1px solid var(--line); border-radius: 4px; cursor: pointer; }
.zoom button:hover { background: var(--ground); }
.choices { margin: 8px 0 0; }
.choices label { display: inline-block; max-width: 100%; font-size: 14px; margin: 0 20px 4px 0; }
.choices select { font: inherit; padding: 3px 6px; max-width: 100%; background: var(--page); color: var(--ink); border: 1px solid var(--quiet); border-radius: 4px; }
.choices p { margin: 8px 0 0; }
#tip { position: fixed; z-index: 2; pointer-events: none; background: var(--ink); color: var(--page); font-size: 13px; line-height: 1.35; padding: 5px 8px; border-radius: 4px; max-width: 320px; white-space: pre-line; }
`;

/** On paper: everything unfolded, nothing cut off, no controls. */
const PRINT = `
@media print {
  @page { size: A4; margin: 12mm; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 20pt; } h2 { font-size: 14pt; }
  section { margin-top: 20px; padding-top: 12px; }
  h2, h3, caption, figcaption, .reading, .legend { break-after: avoid; }
  figure, tr, .notice, .reading, .legend, #results .scroll, .as-table table, .facts, .terms { break-inside: avoid; }
  thead { display: table-header-group; }
  nav, .skip, .choices, .zoom, summary, #tip, .more-timelines, #download { display: none !important; }
  .only-print { display: block; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  details > * { display: revert; }
  .scroll { overflow: visible; }
  .scroll > svg { min-width: 0; width: 100%; }
  #results table { min-width: 0; table-layout: auto; }
  .multiples { gap: 8px 12px; }
  .multiples figure { width: calc((100% - 36px) / 4); }
  #speed-up .multiples figure { width: calc((100% - 24px) / 3); }
  table { font-size: 8pt; } th, td { padding: 2px 4px; } #results .verdict { white-space: normal; } th small, td small { font-size: 7pt; }
  caption { font-size: 10pt; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .run, .rest, .area, .ground, .plot, .notice, rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}`;

/** Everything. */
export const STYLE = [THEME, PAGE, TABLES, PICTURES, PRINT].join("");
