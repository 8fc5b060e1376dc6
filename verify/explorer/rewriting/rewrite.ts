/**
 * Rewrites production source so that it runs on the machine: what touches shared
 * memory becomes a generator, a call of it a `yield*`, and an access a step.
 *
 *   load(i32, at)        →  (($v = $op(0, site, i32, at)) === $S ? yield : $v)
 *   this.#drain()        →  (yield* this.#drain())
 *   hasWork()            →  (($v = hasWork()) instanceof $G ? yield* $v : $v)
 *   await promise        →  (($v = promise) instanceof Promise ? yield $v : $v)
 *   () => this.#turn()   →  (function* () { return (yield* this.#turn()); }).bind(this)
 *
 * Constructors, getters and what runs at the top of a module cannot yield: their
 * steps are done at once, which is exact as long as nothing in them is contended
 * (if it is, the run fails). Lines stay where they are, so that a trace can name
 * them. An async function is entered at once, and awaiting it goes on inside it.
 */
import { KIND } from "../machine.ts";
import { type Module, type Node, calleeOf, children, isFunction, isWord, keyOf, localsOf } from "./syntax.ts";
import { sites } from "./sites.ts";
import { REPAIRS, type Yielding } from "./yielding.ts";

/** Steps by the name of the seam's function. A pause of `backOff` waits until the lock's word has changed. */
const STEPS: Record<string, number> = { load: KIND.load, store: KIND.store, add: KIND.add, sub: KIND.sub, or: KIND.or, exchange: KIND.exchange, cas: KIND.cas, notify: KIND.notify, waitAsync: KIND.waitAsync, breathe: KIND.pause, pause: KIND.pause };

/** What a module may use of its surroundings that the machine has instead. */
const SURROUNDINGS = ["Promise", "performance", "setImmediate", "setTimeout", "clearTimeout", "AbortController"];

interface Context {
  /** Steps yield, are done at once, or do not occur. */
  readonly mode: "yield" | "once" | "none";
  readonly scopes: readonly ReadonlySet<string>[];
  readonly within: string;
}

/** @param plain texts of plain accesses that count as steps, as `function: text` */
export function rewrite(module: Module, yielding: Yielding, machine: string, plain: ReadonlySet<string>): string {
  return new Rewriting(module, yielding, plain).render(machine);
}

class Rewriting {
  readonly #module: Module;
  readonly #yielding: Yielding;
  readonly #plain: ReadonlySet<string>;
  readonly #met = new Set<string>();

  constructor(module: Module, yielding: Yielding, plain: ReadonlySet<string>) {
    this.#module = module;
    this.#yielding = yielding;
    this.#plain = plain;
  }

  render(machine: string): string {
    const { program, text, path } = this.#module;
    const body = text.slice(0, program.start) + this.#node(program, { mode: "once", scopes: [], within: "(module)" }) + text.slice(program.end);
    const missing = [...this.#plain].filter((entry) => !this.#met.has(entry));
    if (missing.length > 0) throw new Error(`${path} has no more of the plain accesses that the explorer takes as steps: ${missing.join("; ")}`);
    const used = SURROUNDINGS.filter((name) => new RegExp(`\\b${name}\\b`).test(body));
    const names = "op as $op, block as $block, backOff as $backOff, choose as $choose, plainly as $read, plainlyWrite as $write, put as $put, atomically as $once, SWITCH as $S, NO_WORDS as $N, AnyGenerator as $G, surroundings as $surroundings";
    return `import { ${names} } from ${JSON.stringify(machine)}; let $v;${used.length > 0 ? ` const { ${used.join(", ")} } = $surroundings;` : ""} ${body}`;
  }

  #slice(from: number, to: number): string {
    return this.#module.text.slice(from, to);
  }

  /** The text from `from` to `to` with the nodes in it rewritten. */
  #stitch(from: number, to: number, nodes: readonly Node[], context: Context): string {
    let text = "";
    let at = from;
    for (const node of nodes) {
      text += this.#slice(at, node.start) + this.#node(node, context);
      at = node.end;
    }
    return text + this.#slice(at, to);
  }

  #inside(node: Node, context: Context): string {
    return this.#stitch(node.start, node.end, children(node), context);
  }

  #node(node: Node, context: Context): string {
    switch (node.type) {
      case "ImportDeclaration":
        return this.#import(node);
      case "FunctionDeclaration":
      case "FunctionExpression":
        return this.#function(node, context);
      case "ArrowFunctionExpression":
        return this.#arrow(node, context, context.within);
      case "MethodDefinition":
        return this.#method(node, context);
      case "PropertyDefinition":
        return this.#property(node, context);
      case "Property":
        return node.method ? this.#methodOf(node, context) : node.shorthand ? this.#slice(node.start, node.end) : this.#inside(node, context);
      case "CallExpression":
        return this.#call(node, context);
      case "ChainExpression":
        return this.#chain(node, context);
      case "AwaitExpression":
        return this.#await(node, context);
      case "MemberExpression":
        return this.#member(node, context);
      case "AssignmentExpression":
        return this.#assignment(node, context);
      case "UpdateExpression":
        return this.#update(node, context);
      default:
        return this.#inside(node, context);
    }
  }

  #import(node: Node): string {
    const first = (node.specifiers as Node[])[0];
    const from = first === undefined ? undefined : this.#module.imports.get(first.local.name)?.from;
    // Steps are no calls any more, and of the host the machine has a part. Line breaks stay.
    const kept = from === "src/host.ts" ? (node.specifiers as Node[]).map(({ local }) => local.name as string).filter((name) => !SURROUNDINGS.includes(name)) : [];
    if (kept.length > 0) return `import { ${kept.join(", ")} } from ${this.#slice(node.source.start, node.source.end)};`;
    if (from === "src/memory/atomics.ts" || from === "src/host.ts" || from === "verify/explorer/seam.ts") return this.#slice(node.start, node.end).replaceAll(/[^\n]/g, "");
    return this.#slice(node.start, node.end);
  }

  #enter(fn: Node, context: Context, within: string): Context {
    const mode = this.#yielding.has(fn) ? "yield" : "none";
    return { mode, scopes: [...context.scopes, localsOf(fn)], within };
  }

  #function(fn: Node, context: Context): string {
    const within = fn.id?.name ?? context.within;
    const inner = this.#enter(fn, context, within);
    if (fn.generator) return this.#slice(fn.start, fn.end);
    return `function${inner.mode === "yield" ? "*" : ""} ${fn.id?.name ?? ""}${this.#rest(fn, inner)}`;
  }

  /** Parameters and body. */
  #rest(fn: Node, context: Context): string {
    const from = fn.id === null || fn.id === undefined ? this.#module.text.indexOf("(", fn.start) : fn.id.end;
    return this.#stitch(from, fn.body.start, fn.params, { ...context, mode: "once" }) + this.#inside(fn.body, context);
  }

  #arrow(fn: Node, context: Context, within: string): string {
    const inner = this.#enter(fn, context, within);
    if (inner.mode !== "yield") return this.#inside(fn, inner);
    const parameters = (fn.params as Node[]).map((parameter) => this.#node(parameter, { ...inner, mode: "once" })).join(", ");
    const body = fn.body.type === "BlockStatement" ? this.#inside(fn.body, inner) : `{ return (${this.#node(fn.body, inner)}); }`;
    const made = `(function* (${parameters}) ${body})`;
    return this.#slice(fn.start, fn.end).includes("this") ? `${made}.bind(this)` : made;
  }

  #method(node: Node, context: Context): string {
    const key = this.#slice(node.key.start, node.key.end);
    const name = node.computed ? `[${key}]` : key;
    const head = node.static ? "static " : "";
    if (node.kind === "constructor") return `constructor${this.#rest(node.value, { mode: "once", scopes: [...context.scopes, localsOf(node.value)], within: "constructor" })}`;
    // What is a generator already hands out values: nothing here calls it as rewritten code.
    if (node.value.generator) return this.#slice(node.start, node.end);
    const inner = this.#enter(node.value, context, name);
    if (node.kind === "get" && inner.mode === "yield") {
      return `${head}get ${name}() { return $once(() => this.$get_${name}()); } *$get_${name}${this.#rest(node.value, inner)}`;
    }
    const kind = node.kind === "method" ? "" : `${node.kind} `;
    return `${head}${kind}${inner.mode === "yield" ? "*" : ""}${name}${this.#rest(node.value, inner)}`;
  }

  /** A method of an object literal. */
  #methodOf(node: Node, context: Context): string {
    const key = this.#slice(node.key.start, node.key.end);
    const inner = this.#enter(node.value, context, key);
    return `${inner.mode === "yield" ? "*" : ""}${node.computed ? `[${key}]` : key}${this.#rest(node.value, inner)}`;
  }

  #property(node: Node, context: Context): string {
    if (node.value === null) return this.#inside(node, context);
    const before = this.#slice(node.start, node.value.start);
    const within = keyOf(node) ?? context.within;
    const value = node.value.type === "ArrowFunctionExpression" ? this.#arrow(node.value, context, within) : this.#node(node.value, { ...context, mode: "once", within });
    return before + value + this.#slice(node.value.end, node.end);
  }

  #site(node: Node, context: Context): number {
    const { path, text } = this.#module;
    const line = text.slice(0, node.start).split("\n").length;
    return sites.push({ path, line, within: context.within, text: this.#slice(node.start, node.end).replaceAll(/\s+/g, " ") }) - 1;
  }

  #call(node: Node, context: Context): string {
    const callee = calleeOf(node, this.#module, context.scopes);
    const manner = this.#yielding.mannerOf(callee);
    if (manner === "step") return this.#step(node, (callee as { name: string }).name, context);
    const call = this.#inside(node, context);
    if (manner === "plain") {
      this.#refuseCallbacks(node, context);
      return call;
    }
    return this.#delegate(call, manner, context);
  }

  #delegate(call: string, manner: "delegate" | "look", context: Context): string {
    if (context.mode === "once") return `$once(() => ${call})`;
    if (context.mode === "none") throw new Error(`${this.#module.path}, ${context.within}: ${call} is in a function that does not yield`);
    return manner === "delegate" ? `(yield* ${call})` : `(($v = ${call}) instanceof $G ? yield* $v : $v)`;
  }

  /** What the language calls must not yield: nobody would go on with it. */
  #refuseCallbacks(node: Node, context: Context): void {
    const name = node.callee.type === "MemberExpression" ? keyOf(node.callee) : node.callee.name;
    if (name === undefined || this.#yielding.isDefined(name)) return;
    if (["then", "catch", "finally", "setImmediate", "setTimeout", "addEventListener"].includes(name)) return;
    for (const argument of node.arguments as Node[]) {
      if (isFunction(argument) && this.#yielding.has(argument)) throw new Error(`${this.#module.path}, ${context.within}: a callback of ${name} touches shared memory: ${this.#slice(node.start, node.end)}`);
    }
  }

  #step(node: Node, name: string, context: Context): string {
    const parameters = (node.arguments as Node[]).map((argument) => this.#node(argument, context));
    const site = this.#site(node, context);
    const isBackOff = context.within === "backOff";
    if (name === "blockUntil") return this.#switching(`$block(${site}, ${parameters[0]})`, context);
    if (isBackOff) return this.#switching(`$backOff(${site})`, context);
    if (name === "choose") return `$choose(${site}, ${parameters[0]})`;
    if (name === "pause" || name === "breathe") return this.#switching(`$op(${KIND.pause}, ${site}, $N, 0)`, context);
    return this.#switching(`$op(${STEPS[name]}, ${site}, ${parameters.join(", ")})`, context);
  }

  #switching(step: string, context: Context): string {
    return context.mode === "once" ? `$once(() => ${step})` : `(($v = ${step}) === $S ? yield : $v)`;
  }

  #chain(node: Node, context: Context): string {
    const { expression } = node;
    if (expression.type !== "CallExpression") return this.#inside(node, context);
    const manner = this.#yielding.mannerOf(calleeOf(expression, this.#module, context.scopes));
    const call = this.#inside(expression, context);
    // There may be nothing to call.
    return manner === "plain" ? call : this.#delegate(call, "look", context);
  }

  #await(node: Node, context: Context): string {
    return `(($v = ${this.#node(node.argument, context)}) instanceof Promise ? yield $v : $v)`;
  }

  /** Whether a node is a word of the arena; they are all reached through something called `i32`. */
  #isWord(node: Node): boolean {
    return this.#module.path.startsWith("src/") && isWord(node);
  }

  /** Whether a word's access counts as a step. */
  #isStep(node: Node, context: Context): boolean {
    // Main repairs while others go on.
    if (this.#yielding.withDeaths && REPAIRS.has(this.#module.path) && isWord(node)) return context.mode === "yield";
    const entry = `${context.within}: ${this.#slice(node.start, node.end)}`;
    if (!this.#plain.has(entry)) return false;
    this.#met.add(entry);
    return true;
  }

  /** Array and index of a word. */
  #place(node: Node, context: Context): string {
    return `${this.#site(node, context)}, ${this.#node(node.object, context)}, ${this.#node(node.property, context)}`;
  }

  #member(node: Node, context: Context): string {
    if (node.computed && this.#isStep(node, context)) return this.#switching(`$op(${KIND.read}, ${this.#place(node, context)})`, context);
    if (this.#isWord(node)) return `$read(${this.#place(node, context)})`;
    const key = keyOf(node);
    const own = key !== "length" || node.object.type === "ThisExpression";
    if (context.mode === "yield" && own && key !== undefined && this.#yielding.getters.has(key)) {
      const object = this.#node(node.object, context);
      return `(($v = ${object}).$get_${key} === undefined ? $v.${key} : yield* $v.$get_${key}())`;
    }
    return this.#inside(node, context);
  }

  /** What is written: a property there is not read. */
  #target(node: Node, context: Context): string {
    return node.type === "MemberExpression" ? this.#inside(node, context) : this.#node(node, context);
  }

  #assignment(node: Node, context: Context): string {
    const { left, right, operator } = node;
    if (left.type === "ArrayPattern" && (left.elements as Node[]).every((element) => this.#isWord(element))) return this.#words(left.elements, right, context);
    const isStep = left.type === "MemberExpression" && left.computed && this.#isStep(left, context);
    if (!isStep && !this.#isWord(left)) return this.#target(left, context) + this.#slice(left.end, right.start) + this.#node(right, context);
    const value = operator === "=" ? this.#node(right, context) : `$read(${this.#place(left, context)}) ${operator.slice(0, -1)} (${this.#node(right, context)})`;
    if (!isStep) return this.#write(left, value, context);
    return this.#switching(`$op(${KIND.write}, ${this.#place(left, context)}, ${value})`, context);
  }

  /** `[i32[…], i32[…]] = pair`. */
  #words(words: readonly Node[], pair: Node, context: Context): string {
    if (this.#yielding.withDeaths) throw new Error(`${this.#module.path}, ${context.within}: words that are assigned in one expression, where a thread may vanish between them`);
    return `($v = ${this.#node(pair, context)}, ${words.map((word, k) => this.#write(word, `$v[${k}]`, context)).join(", ")})`;
  }

  /** A plain write; where threads may vanish it is a place where they do. */
  #write(word: Node, value: string, context: Context): string {
    const written = `${this.#place(word, context)}, ${value}`;
    return this.#yielding.withDeaths && context.mode === "yield" ? `(($v = $put(${written})) === $S ? yield : $v)` : `$write(${written})`;
  }

  /** `i32[…]++` and the like. */
  #update(node: Node, context: Context): string {
    const { argument, operator, prefix } = node;
    if (argument.type === "MemberExpression" && argument.computed && this.#isStep(argument, context)) {
      if (!prefix && this.#slice(node.end, node.end + 1) !== ";") throw new Error(`${this.#module.path}, ${context.within}: the value of ${operator} as a step`);
      return this.#switching(`$op(${KIND.write}, ${this.#place(argument, context)}, $read(${this.#place(argument, context)}) ${operator === "++" ? "+ 1" : "- 1"})`, context);
    }
    if (!this.#isWord(argument)) return prefix ? `${operator}${this.#target(argument, context)}` : `${this.#target(argument, context)}${operator}`;
    const by = operator === "++" ? "+ 1" : "- 1";
    const back = operator === "++" ? "- 1" : "+ 1";
    const written = this.#write(argument, `$read(${this.#place(argument, context)}) ${by}`, context);
    return prefix ? written : `(${written} ${back})`;
  }
}
