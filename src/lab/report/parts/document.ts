/** The frame of every HTML file that warren writes: one file that fetches nothing, and a policy in it that forbids the rest. */
import { createHash } from "node:crypto";
import { html, raw, type Html } from "./html.ts";

/** What is in a file. */
export interface DocumentParts {
  readonly title: string;
  /** Its content security policy. */
  readonly policy: string;
  /** Its style sheet. */
  readonly style: string;
  /** Further elements of the head, each a line. */
  readonly head: Html;
  /** Attributes of the root element, as markup. */
  readonly attributes?: Html | null;
  readonly body: Html;
}

/** The whole file. */
export function documentOf({ title, policy, style, head, attributes, body }: DocumentParts): string {
  return html`<!doctype html>
<html lang="en"${attributes}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${head}
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${raw(style)}</style>
</head>
<body>
${body}
</body>
</html>
`.text;
}

/** Which version of warren has written a file. */
export function generatedBy(version: string): Html {
  return html`<meta name="generator" content="warren ${version}">`;
}

/** A text as a source of a policy: that script or style sheet may be in the file. */
export function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
