/** The functions of the tasks that were placed on this thread: by the number of their name, and imports that are in progress. */
import { type AnyFunction, type TaskSource, importTask, loadedTask } from "./task-function.ts";

/** A task function and the name under which it is registered. */
export interface NamedFunction {
  readonly fn: AnyFunction;
  readonly name: string;
}

export class TaskFunctions {
  readonly #sourceOf: (nameId: number) => TaskSource;
  readonly #known = new Map<number, NamedFunction>();
  readonly #imports = new Set<Promise<NamedFunction>>();

  /** @param sourceOf module and name, by the number of the name */
  constructor(sourceOf: (nameId: number) => TaskSource) {
    this.#sourceOf = sourceOf;
  }

  /** The function if a module that this thread has imported has registered it. */
  get(nameId: number): NamedFunction | undefined {
    const known = this.#known.get(nameId);
    if (known !== undefined) return known;
    const source = this.#sourceOf(nameId);
    const fn = loadedTask(source);
    return fn === undefined ? undefined : this.#keep(nameId, { fn, name: source.name });
  }

  /** Imports the module of a function. @throws ERR_TASK_MODULE, ERR_TASK_UNKNOWN */
  load(nameId: number): Promise<NamedFunction> {
    const source = this.#sourceOf(nameId);
    const importing = importTask(source).then((fn) => this.#keep(nameId, { fn, name: source.name }));
    this.#imports.add(importing);
    const end = (): void => void this.#imports.delete(importing);
    importing.then(end, end);
    return importing;
  }

  /** Resolves when the imports that are in progress have ended. */
  async loaded(): Promise<void> {
    await Promise.allSettled(this.#imports);
  }

  #keep(nameId: number, named: NamedFunction): NamedFunction {
    this.#known.set(nameId, named);
    return named;
  }
}
