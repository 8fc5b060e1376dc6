/**
 * The characters that a terminal can show. Where its locale is not UTF-8, those of texts
 * for people are replaced by ASCII: bars by `#`, × by `x`, dashes by `-`. What belongs to
 * the user, such as names of files, stays as it is.
 */

/** Whether the locale is UTF-8: LC_ALL decides, then LC_CTYPE, then LANG (POSIX, "Environment Variables"). Without any of them UTF-8 is assumed, as terminals of today have it. */
export function isUnicode(environment: NodeJS.ProcessEnv): boolean {
  const locale = ["LC_ALL", "LC_CTYPE", "LANG"].map((name) => environment[name] ?? "").find((value) => value !== "");
  return locale === undefined || /utf-?8/i.test(locale);
}

const REPLACED: Readonly<Record<string, string>> = {
  "×": "x", "±": "+-", "−": "-", "—": "-", "–": "-", "·": ".", "→": "->", "≥": ">=", "≤": "<=", "≈": "~", "√": "sqrt ",
  "µ": "u", "λ": "lambda", "σ": "sigma", "κ": "kappa", "Π": "Pi", "π": "pi", "Σ": "sum ",
  "█": "#", "▌": "=", "▏": "|", "│": "|", "░": "=", "─": "-", "’": "'", "“": "\"", "”": "\"", "\u2044": "/",
};
/** Eight heights as digits. */
const HEIGHTS = "▁▂▃▄▅▆▇";
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** The text with ASCII for the characters that warren uses. */
export function ascii(text: string): string {
  return text.replace(/\P{ASCII}/gu, replacement);
}

/** Subscripts, fractions and the like have a compatible form in Unicode (NFKD). */
function replacement(character: string): string {
  const known = REPLACED[character];
  if (known !== undefined) return known;
  if (HEIGHTS.includes(character)) return String(HEIGHTS.indexOf(character) + 1);
  if (SUPERSCRIPTS.includes(character)) return `^${SUPERSCRIPTS.indexOf(character)}`;
  const plain = [...character.normalize("NFKD")].map((part) => REPLACED[part] ?? part).join("");
  return /^\p{ASCII}+$/u.test(plain) ? plain : character;
}

/** A text for people as its reader can see it: in ASCII if it goes to a terminal that cannot show more, or if it is to be plain. `output`: the file that it goes to. */
export function readable(text: string, { output = null, plain = false }: { readonly output?: string | null | undefined; readonly plain?: boolean } = {}): string {
  return plain || (output === null && !isUnicode(process.env)) ? ascii(text) : text;
}
