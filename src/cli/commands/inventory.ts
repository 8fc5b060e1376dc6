/** The commands that only look: the machine, and what can be measured on it. */
import { EXIT } from "../terminal/exit-code.ts";
import { listing, printEnvironment, printList, readEnvironment } from "./listing.ts";
import { formatOf } from "../options/format.ts";
import { lineWidth, requireWritable, writeResult } from "../terminal/streams.ts";

/** Formats of a listing. */
export const LOOK_FORMATS = ["table", "json"] as const;

/** The options as commander gives them. */
export interface RawLook {
  readonly format?: string;
  readonly output?: string;
  readonly strict?: boolean;
}

/** `warren env` */
export async function env(raw: RawLook): Promise<number> {
  const json = wantsJson(raw);
  if (raw.output !== undefined) await requireWritable("--output", raw.output);
  const environment = await readEnvironment();
  await writeResult(json ? JSON.stringify(environment, null, 2) : printEnvironment(environment), raw.output ?? null);
  return raw.strict === true && environment.warnings.length > 0 ? EXIT.unsuitable : EXIT.fine;
}

/** `warren list` */
export async function list(raw: RawLook): Promise<number> {
  const json = wantsJson(raw);
  if (raw.output !== undefined) await requireWritable("--output", raw.output);
  const width = lineWidth(process.stdout, process.env);
  await writeResult(json ? JSON.stringify(listing(), null, 2) : printList(width), raw.output ?? null);
  return EXIT.fine;
}

function wantsJson(raw: RawLook): boolean {
  return formatOf(raw, LOOK_FORMATS) === "json";
}
