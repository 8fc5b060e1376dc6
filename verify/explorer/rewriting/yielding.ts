/**
 * Which functions and methods of a set of modules touch shared memory, directly
 * or through what they call: those become generators.
 *
 * By name, without types: a method is one if any method of that name is, so that
 * a call need not know its receiver. A call of something that is not known (a
 * parameter, a field) counts as one and is looked at when it runs.
 */
import { type Callee, type Module, type Node, calleeOf, children, isFunction, isWord, keyOf, localsOf } from "./syntax.ts";

/** Modules whose functions are steps: the atomics seam, and what the explorer adds to it. */
const SEAM = "verify/explorer/seam.ts";
const SEAMS = new Set(["src/memory/atomics.ts", SEAM]);

/** Where main reads and repairs words that other threads use at the same time: each access is a step. */
export const REPAIRS: ReadonlySet<string> = new Set(["src/channel/repair-channels.ts", "src/runtime/main/repair-shared-memory.ts"]);

/** Functions of src/host.ts that call what they are given: rewritten code, as the case may be. */
const RUNNERS = new Set(["inRoot", "runIn"]);

/** How a call is written in rewritten code. */
export type Manner = "plain" | "step" | "delegate" | "look";

/** Names of methods that the language and Node have: a call of one is plain unless a module defines it, too. */
const NATIVE = new Set(
  [Object, Function, Array, Map, Set, WeakMap, String, Number, Boolean, Promise, Object.getPrototypeOf(Int32Array) as typeof Int32Array, Buffer, FinalizationRegistry, EventTarget, Date, Error, RegExp, DataView, Symbol, BigInt, ArrayBuffer].flatMap((type) => [
    ...Object.getOwnPropertyNames(type.prototype),
    ...Object.getOwnPropertyNames(type),
    type.name,
  ]).concat(...[Math, JSON, Reflect, Object.getPrototypeOf(performance), console].map((object) => Object.getOwnPropertyNames(object)), Object.getOwnPropertyNames(globalThis)),
);

interface Definition {
  readonly node: Node;
  readonly module: Module;
  readonly names: readonly string[];
  readonly callees: readonly Callee[];
  /** It awaits, or makes a plain access that counts as a step. */
  readonly waits: boolean;
}

export class Yielding {
  readonly #definitions: Definition[] = [];
  readonly #byName = new Map<string, Definition[]>();
  readonly #yielding = new Set<Node>();
  /** What methods of the language are given to call: it cannot wait. */
  readonly #natives = new Set<Node>();
  /** Names of fields that hold functions. */
  readonly #fields = new Set<string>();
  /** Names of getters that touch shared memory. */
  readonly getters = new Set<string>();
  readonly #paths: Set<string>;
  readonly #plain: Readonly<Record<string, readonly string[]>>;

  /** Threads can vanish before any plain write, so a function that makes one yields. */
  readonly withDeaths: boolean;

  /** @param plain plain accesses that count as steps, by path */
  constructor(modules: readonly Module[], plain: Readonly<Record<string, readonly string[]>>, withDeaths: boolean) {
    this.#plain = plain;
    this.withDeaths = withDeaths;
    this.#paths = new Set(modules.map(({ path }) => path));
    for (const module of modules) this.#collect(module, module.program, [], []);
    for (const definition of this.#definitions) {
      for (const name of definition.names) {
        const same = this.#byName.get(name);
        if (same === undefined) this.#byName.set(name, [definition]);
        else same.push(definition);
      }
    }
    for (let count = -1; count !== this.#yielding.size; ) {
      count = this.#yielding.size;
      for (const { node, names, callees, waits } of this.#definitions) {
        if (node.generator || this.#yielding.has(node)) continue;
        const isOne = waits || names.some((name) => this.#isOneOf(name)) || callees.some((callee) => this.mannerOf(callee) !== "plain" && !isChoice(callee));
        if (isOne) this.#yielding.add(node);
      }
    }
    for (const { node, names } of this.#definitions) if (this.#yielding.has(node)) for (const name of names) if (name.startsWith("get ")) this.getters.add(name.slice(4));
  }

  has(fn: Node): boolean {
    return this.#yielding.has(fn);
  }

  #isOneOf(name: string): boolean {
    return this.#byName.get(name)?.some(({ node }) => this.#yielding.has(node)) ?? false;
  }

  /** Whether one of the modules has a method of that name. */
  isDefined(name: string): boolean {
    return this.#byName.has(`.${name}`);
  }

  /** How to write a call. */
  mannerOf(callee: Callee): Manner {
    if (callee.kind === "unknown") return "look";
    if (callee.kind === "function") {
      if (SEAMS.has(callee.from)) return "step";
      // What is not rewritten calls nothing that is; the explorer's own may hand generators out.
      if (!this.#paths.has(callee.from)) return callee.from.startsWith("verify/") || (callee.from === "src/host.ts" && RUNNERS.has(callee.name)) ? "look" : "plain";
      return this.#isOneOf(`${callee.from} ${callee.name}`) ? "delegate" : "plain";
    }
    const defined = this.#byName.has(`.${callee.name}`);
    // Somebody may have put another function there.
    if (this.#fields.has(callee.name)) return "look";
    if (NATIVE.has(callee.name)) return defined && this.#isOneOf(`.${callee.name}`) ? "look" : "plain";
    if (!defined) return "look";
    return this.#isOneOf(`.${callee.name}`) ? "delegate" : "plain";
  }

  #collect(module: Module, node: Node, scopes: readonly ReadonlySet<string>[], names: readonly string[]): void {
    if (isFunction(node)) {
      const inner = [...scopes, localsOf(node)];
      const callees: Callee[] = [];
      let waits = node.async === true;
      const within = names[0]?.replace(/^(.* |\.)/, "");
      const walk = (below: Node): void => {
        if (below.type === "CallExpression") callees.push(calleeOf(below, module, inner));
        if (below.type === "MemberExpression" && this.#plain[module.path]?.includes(`${within}: ${module.text.slice(below.start, below.end)}`)) waits = true;
        const written = below.type === "AssignmentExpression" ? below.left : below.type === "UpdateExpression" ? below.argument : undefined;
        if (this.withDeaths && written !== undefined && module.path.startsWith("src/") && isWord(written)) waits = true;
        if (this.withDeaths && REPAIRS.has(module.path) && isWord(below) && !this.#natives.has(node)) waits = true;
        if (!isFunction(below)) for (const child of children(below)) walk(child);
      };
      for (const child of children(node)) walk(child);
      this.#definitions.push({ node, module, names, callees, waits });
      for (const child of children(node)) this.#collect(module, child, inner, []);
      return;
    }
    if (node.type === "CallExpression" && node.callee.type === "MemberExpression" && NATIVE.has(keyOf(node.callee) ?? "")) for (const argument of node.arguments as Node[]) this.#natives.add(argument);
    if (node.type === "PropertyDefinition" && node.value !== null && isFunction(node.value)) this.#fields.add(keyOf(node) as string);
    for (const child of children(node)) this.#collect(module, child, scopes, namesOf(module, node, child));
  }
}

/** A choice is a step that never switches. */
function isChoice(callee: Callee): boolean {
  return callee.kind === "function" && callee.from === SEAM && callee.name === "choose";
}

/** The names under which a function right below `node` can be called. */
function namesOf(module: Module, node: Node, child: Node): string[] {
  if (!isFunction(child)) return [];
  if (child.type === "FunctionDeclaration") return [`${module.path} ${child.id.name}`];
  const key = ["MethodDefinition", "Property", "PropertyDefinition"].includes(node.type) ? keyOf(node) : undefined;
  if (key === undefined || node.kind === "constructor") return [];
  return [node.kind === "get" ? `get ${key}` : `.${key}`];
}
