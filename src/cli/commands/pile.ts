/** The directory of `--pile`, checked before anything is measured. */
import { emptiness } from "../../lab/talk/gophers/pile.ts";
import { UsageError } from "../options/values.ts";
import { requireDirectory } from "../terminal/streams.ts";

/** Refuses what is not a directory, or has no file that can be read. */
export async function requirePile(path: string): Promise<void> {
  await requireDirectory("--pile", path);
  const flaw = await emptiness(path);
  if (flaw !== null) throw new UsageError(`--pile: ${flaw}`);
}
