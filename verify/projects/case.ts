/** A project that uses the packed package in one way, as data. */

/** The sections of docs/results/compatibility.md, in their order. */
export const SECTIONS = ["Loaders", "Copies and versions of warren", "Is this module the program", "Bundlers", "Test runners", "What reaches the threads", "Process managers and signals", "Options of Node", "Versions of Node", "Other runtimes"] as const;
export type Section = (typeof SECTIONS)[number];

/** Dependencies that are installed together: `groups/<group>/package.json`. */
export type Group = "plain" | "loaders" | "bundlers" | "runners" | "vitest" | "services" | "nodes" | "runtimes";

export interface Case {
  /** Its folder is named after it. */
  readonly id: string;
  readonly section: Section;
  readonly group: Group;
  /** What is combined with what, for the table. */
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  /** Further installations of warren: where, and which version they say they are. */
  readonly copies?: Readonly<Record<string, string>>;
  /** Command lines of a shell, one after the other. All but the last must end with code 0. */
  readonly steps: readonly string[];
  /** Files or folders that the last command gets, in a folder that has nothing else and no node_modules above it. */
  readonly alone?: readonly string[];
  /** The Node that `node` is, by its name in group `nodes`; the Node that runs this if absent. */
  readonly node?: string;
  readonly expected: Expected;
  /** What is right: the program works, or it ends with an error that says what to do. */
  readonly right?: "works" | "clear error" | "limit";
  /** What a user has to know, for the table. */
  readonly remark?: string;
  /** Part of `npm run test:all`. */
  readonly isSmall?: true;
}

/** What the last command must have left. What is absent here is not checked. */
export interface Expected {
  /** Exit code, 0 if absent. */
  readonly code?: number;
  /** The last line of the standard output that is JSON. */
  readonly json?: unknown;
  /** A file, by its path in the case's folder, and its JSON. */
  readonly file?: readonly [path: string, json: unknown];
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
  /** What more must hold in the case's folder; throws if it does not. */
  readonly check?: (folder: string) => void;
}
