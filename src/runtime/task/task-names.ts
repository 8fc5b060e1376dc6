/**
 * Numbers of tasks and of their names, for one thread. A task record holds the
 * number of "module URL, function name" in the runtime's table of names, which each
 * thread looks up once. A closure has a name without a module.
 */
import { FewNames, type Names } from "../../memory/names.ts";
import type { TaskSource } from "../module/task-function.ts";

/** A thread takes so many task ids from the runtime at a time. */
const IDS = 1000;
/** Maximum number of names of closures in the table from one thread: a program may compute names. */
const MOST_CLOSURES = 1000;
/** A third line, for a task of a CommonJS module. */
const COMMON_JS = "CommonJS";

export class TaskNames {
  readonly #names: Names;
  /** Numbers of the names of tasks that this thread has started. */
  readonly #sources = new Map<TaskSource, number>();
  /** Numbers of the names of closures that have started on this thread. */
  readonly #closures: FewNames;
  #nextId = 0;
  #lastId = 0;

  constructor(names: Names) {
    this.#names = names;
    this.#closures = new FewNames(names, MOST_CLOSURES, "\n");
  }

  /** An id for a new task. @throws ERR_ARENA_FULL */
  nextId(): number {
    if (this.#nextId === this.#lastId) {
      this.#nextId = this.#names.block(IDS);
      this.#lastId = this.#nextId + IDS;
    }
    return this.#nextId++;
  }

  /** The number of a task's name. @throws ERR_ARENA_FULL */
  numberOf(source: TaskSource): number {
    let number = this.#sources.get(source);
    if (number === undefined) {
      number = this.#names.intern([source.url, source.name, ...(source.isCommonJs ? [COMMON_JS] : [])].join("\n"));
      this.#sources.set(source, number);
    }
    return number;
  }

  /** The module and function of a name. */
  sourceOf(number: number): TaskSource {
    const [url, name, kind] = this.#names.text(number).split("\n");
    return kind === COMMON_JS ? { url, name, isCommonJs: true } : { url, name };
  }

  /** The number of a closure's name, for traces and warnings; 0 if there are too many names, or if shared memory is full. */
  numberOfClosure(name: string): number {
    return this.#closures.numberOf(name);
  }
}
