/** `--cpus`: checked against the processors that this process may use. */
import { processorList, processorsIn } from "../../lab/machine/affinity.ts";
import { UsageError } from "./usage-error.ts";

/** What there is. `affinity`: the processors that may be used, as Linux lists them; `taskset`: the program that confines. */
export interface Confining {
  readonly affinity: string | null;
  readonly taskset: string | null;
}

/** The list in its shortest form. @throws UsageError */
export function resolveCpus(text: string, { affinity, taskset }: Confining): string {
  const asked = processorsIn(text);
  if (asked === null) throw new UsageError(`--cpus: ${JSON.stringify(text)} is not a list of cores such as 0 or 0,1 or 0-3`);
  if (taskset === null || affinity === null) {
    throw new UsageError(`--cpus: ${JSON.stringify(text)}: a process can be pinned only on Linux and with taskset (of util-linux), which is not installed`);
  }
  const there = processorsIn(affinity) ?? [];
  const missing = asked.filter((processor) => !there.includes(processor));
  if (missing.length === 0) return processorList(asked);
  throw new UsageError(`--cpus: ${JSON.stringify(text)}: this process cannot use ${processorList(missing)}, only ${affinity}`);
}
