/**
 * The copies of warren that one thread has loaded. A program can load several without
 * wanting it: a loader compiles the same file in two module systems, or a dependency
 * has its own installation. All copies of compatible versions are then the one that was
 * loaded first, so that tasks, channels and errors of one are those of the others.
 * Incompatible versions stay apart, each with runtimes of its own.
 *
 * Only the built package has copies: scripts/bundle/main.ts writes the entry that calls
 * `adopt`.
 */
import { WarrenError } from "../../errors.ts";

/** What a copy tells other versions: this must stay as it is. */
interface Copy {
  readonly version: string;
  readonly url: string;
  /** What the copy consists of: what its entry exports, under names that begin with `PUBLIC`, and parts of its own. */
  readonly engine: object;
  readonly isTask: (fn: object) => boolean;
}

const KEY = Symbol.for("warren");
/** Names of what the entry exports begin with it. Parts under other names are only for the copy itself. */
export const PUBLIC = "index__";

/** By compatible version: a major version, or before 1.0 a minor one. There is none where warren runs from its source. */
const holder = globalThis as { [KEY]?: Map<string, Copy> };

/** What all compatible versions have in common. */
export function compatible(version: string): string {
  return /^0\.\d+|^\d+/.exec(version)?.[0] ?? version;
}

/**
 * The engine that this thread uses: `own`, unless a copy of a compatible version was loaded before.
 *
 * @throws ERR_TWO_VERSIONS if that copy is older and its entry lacks something
 */
export function adopt<E extends object>(own: E, { version, url, isTask }: Omit<Copy, "engine">): E {
  const key = compatible(version);
  if (holder[KEY] === undefined) Object.defineProperty(holder, KEY, { value: new Map(), configurable: true });
  const copies = holder[KEY] as unknown as Map<string, Copy>;
  const known = copies.get(key);
  if (known === undefined) {
    copies.set(key, { version, url, engine: own, isTask });
    return own;
  }
  const missing = Object.keys(own).filter((name) => name.startsWith(PUBLIC) && !(name in known.engine)).map((name) => name.slice(PUBLIC.length));
  if (missing.length === 0) return known.engine as E;
  throw new WarrenError("ERR_TWO_VERSIONS", `two copies of warren are loaded: ${known.version} (${known.url}) and then ${version} (${url}). The first one is used by all, and lacks ${missing.join(", ")}. Install one version for both (npm dedupe)`, { versions: [known.version, version], missing });
}

/** Refuses a function that this copy would take for a closure. @throws ERR_TWO_VERSIONS if it is a task of an incompatible version */
export function refuseForeignTask(fn: object): void {
  const all = holder[KEY];
  // The usual case, in which nothing is to be asked.
  if (all === undefined || all.size === 1) return;
  for (const { version, url, isTask } of all.values()) {
    if (isTask(fn)) {
      throw new WarrenError("ERR_TWO_VERSIONS", `a task was defined with another version of warren, ${version} (${url}), which does not share a runtime with this one. Install one version for both`, { version, url });
    }
  }
}
