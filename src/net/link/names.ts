/**
 * Names on the server. Every subject of a program begins with `warren.<name>.`, so one
 * line of permissions is enough; streams are named `warren=<name>=<queue>`, because a
 * stream's name has no dots.
 */
import { createHash } from "node:crypto";
import { WarrenError, printValue } from "../../errors.ts";

const MOST_CHARACTERS = 64;

/** A name of letters, digits, "_" and "-"; with `dots`, of several such parts. @throws ERR_INVALID_ARGUMENT */
export function checkName(what: string, name: unknown, dots = false): string {
  if (typeof name !== "string") throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} must be a text, not ${printValue(name)}`);
  const pattern = dots ? /^[\w-]+(?:\.[\w-]+)*$/ : /^[\w-]+$/;
  if (name.length > MOST_CHARACTERS) throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} must have at most ${MOST_CHARACTERS} characters, and ${printValue(name)} has ${name.length}`);
  if (!pattern.test(name)) throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} must consist of letters, digits, "_" and "-"${dots ? ', in parts with "." between them' : ""}, because it becomes part of a subject of NATS: ${printValue(name)} does not`);
  return name;
}

/** A short text that stands for a long one in a subject. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 12).replaceAll("-", "_");
}

/** So many subjects of tasks are kept. */
const MOST_TASKS = 1000;

/** The subjects and streams of one program. */
export class Names {
  /** What all its subjects begin with. */
  readonly prefix: string;
  readonly #name: string;
  readonly #tasks = new Map<string, string>();

  constructor(name: string) {
    this.#name = name;
    this.prefix = `warren.${name}`;
  }

  /** Where values for a queue are sent. */
  queue(queue: string): string {
    return `${this.prefix}.queue.${queue}`;
  }

  /** The stream that keeps a queue's values. */
  stream(queue: string): string {
    return `warren=${this.#name}=${queue.replaceAll(".", "=")}`;
  }

  /** The queue that a stream keeps; `undefined` for a stream that is no queue of this program. */
  queueOf(stream: string): string | undefined {
    const start = `warren=${this.#name}=`;
    return stream.startsWith(start) && stream !== this.marks ? stream.slice(start.length).replaceAll("=", ".") : undefined;
  }

  /** The stream that keeps what queues note of single values. No queue has this name, because it would be in a part of its own. */
  get marks(): string {
    return `warren=${this.#name}==marks`;
  }

  /** Where a queue's note about `what` is. */
  mark(queue: string, what: string): string {
    return `${this.prefix}.mark.${queue}.${what}`;
  }

  /** Where remote tasks are asked for. @param id the task's @param build the program's version */
  task(id: string, build: string): string {
    const key = `${id} ${build}`;
    let subject = this.#tasks.get(key);
    if (subject === undefined) {
      if (this.#tasks.size >= MOST_TASKS) this.#tasks.clear();
      this.#tasks.set(key, (subject = `${this.prefix}.task.${digest(id)}.${digest(build)}`));
    }
    return subject;
  }

  feed(feed: string): string {
    return `${this.prefix}.feed.${feed}`;
  }

  /** Where a caller gets its answers. */
  answers(caller: string): string {
    return `${this.prefix}.answer.${caller}`;
  }

  /** Where the server sends what was asked for. @param unique in the program */
  inbox(unique: string): string {
    return `${this.prefix}.inbox.${unique}`;
  }

  /** Signs of life of a node, `*` for all nodes. */
  beat(node: string): string {
    return `${this.prefix}.beat.${node}`;
  }

  /** Control messages to all nodes: `cancel`, `again`, `who`, `dump`. */
  control(verb: string): string {
    return `${this.prefix}.control.${verb}`;
  }
}
