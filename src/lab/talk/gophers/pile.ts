/** Whether a directory has books to burn, found out before anything is measured. */
import { access, constants } from "node:fs/promises";
import { printPath } from "../../../../workers/gophers/manifest.ts";
import { join, problem, walk, type Problem } from "../../../../workers/gophers/pile.ts";
import { count, enumeration } from "../../text.ts";

/** Why no file under `directory` can be burnt, as the end of a sentence; `null`: one can. @throws the system's error if the directory cannot be listed */
export async function emptiness(directory: string): Promise<string | null> {
  const { files, skipped, problems } = await walk(directory);
  const unreadable: Problem[] = [...problems];
  for (const { path } of files) {
    try {
      await access(join(Buffer.from(directory), path), constants.R_OK);
      return null;
    } catch (error) {
      unreadable.push(problem("unreadable", path, error));
    }
  }
  const kinds = [...Map.groupBy(skipped, ({ kind }) => kind)].map(([kind, its]) => count(its.length, kind));
  const [first] = unreadable;
  return [
    `there is no file in ${printPath(Buffer.from(directory))}${unreadable.length === 0 ? "" : " that can be read"}`,
    ...(kinds.length === 0 ? [] : [`skipped ${enumeration(kinds)}`]),
    ...(first === undefined ? [] : [`${count(unreadable.length, "path")} could not be read, the first is ${first.path}: ${first.message}`]),
  ].join("; ");
}
