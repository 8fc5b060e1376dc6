/** A task of piscina: the hash of an upload, as `digest` of workers/examples/uploads/tasks.ts. */
import { createHash } from "node:crypto";
import { stretch } from "../../workers/examples/uploads/tasks.ts";

export default function digest({ body, rounds }: { readonly body: Uint8Array; readonly rounds: number }): string {
  return stretch(createHash("sha256").update(body).digest(), rounds).toString("hex");
}
