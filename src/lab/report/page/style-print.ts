/** On paper: everything unfolded, nothing cut off, no controls. */
export const PRINT = `
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
