/**
 * Compiles functions over the words of the arena from TypeScript to WebAssembly text. It
 * knows what such functions need and refuses the rest, so that the text does what the
 * source does: 32-bit integers, `if`, loops, calls, `i32[…]`, and the functions of
 * memory/atomics.ts as atomic instructions. The array of words is the memory.
 *
 *   i32[at + header.send]          →  (i32.load offset=… (i32.shl (local.get $at) (i32.const 2)))
 *   cas(i32, at, expected, value)  →  (i32.atomic.rmw.cmpxchg …)
 *   a && b                         →  (if (result i32) a (then b) (else 0))
 *
 * A name that is no local must be a function or a constant: its value is computed here.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Module, type Node, parse } from "../verify/explorer/rewriting/syntax.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const ATOMICS = "src/memory/atomics.ts";

const BINARY: Readonly<Record<string, string>> = {
  "+": "i32.add", "-": "i32.sub", "*": "i32.mul", "&": "i32.and", "|": "i32.or", "^": "i32.xor", "<<": "i32.shl", ">>": "i32.shr_s", ">>>": "i32.shr_u",
  "===": "i32.eq", "!==": "i32.ne", "<": "i32.lt_s", "<=": "i32.le_s", ">": "i32.gt_s", ">=": "i32.ge_s",
};
const ATOMIC: Readonly<Record<string, string>> = {
  load: "i32.atomic.load", store: "i32.atomic.store", cas: "i32.atomic.rmw.cmpxchg", exchange: "i32.atomic.rmw.xchg", add: "i32.atomic.rmw.add", sub: "i32.atomic.rmw.sub", or: "i32.atomic.rmw.or",
};

/** Compiles these functions, and those that they call; a path for each name. The result is the text of a module that imports `env.memory`. */
export async function compileWords(exported: Readonly<Record<string, string>>): Promise<string> {
  const compiling = new Compiling();
  const wanted = Object.entries(exported);
  for (const [name, path] of wanted) await compiling.need(path, name);
  const names = new Map(wanted.map(([name, path]) => [`${path} ${name}`, name]));
  const functions = [...compiling.done].map(([key, render]) => render(names.get(key)));
  return ['(module', '  (memory (import "env" "memory") 1 65536 shared)', ...functions, ")", ""].join("\n");
}

class Compiling {
  readonly done = new Map<string, (exportedAs: string | undefined) => string>();
  readonly #modules = new Map<string, Module>();

  module(path: string): Module {
    let module = this.#modules.get(path);
    if (module === undefined) {
      const resolve = (specifier: string): string => (specifier.startsWith(".") ? join(dirname(path), specifier).replaceAll("\\", "/") : specifier);
      this.#modules.set(path, (module = parse(path, readFileSync(join(ROOT, path), "utf8"), resolve)));
    }
    return module;
  }

  /** Compiles a function unless that is done. */
  async need(path: string, name: string): Promise<void> {
    const key = `${path} ${name}`;
    if (this.done.has(key)) return;
    const module = this.module(path);
    const fn = declarations(module).find((node) => node.type === "FunctionDeclaration" && node.id.name === name);
    if (fn === undefined) throw new Error(`${path} has no function ${name}`);
    const one = new OneFunction(this, module, fn);
    this.done.set(key, () => "");
    const text = await one.compile();
    this.done.delete(key);
    this.done.set(key, (exportedAs) => text.replace(/^\(func \S+/, (head) => (exportedAs === undefined ? head : `${head} (export "${exportedAs}")`)).replaceAll(/^/gm, "  "));
  }

  /** Whether a function gives a value. */
  hasResult(path: string, name: string): boolean {
    const fn = declarations(this.module(path)).find((node) => node.type === "FunctionDeclaration" && node.id.name === name);
    return fn !== undefined && returnsValue(fn.body);
  }

  /** The value of a constant in a module: an integer, or an object of integers. */
  async constant(path: string, name: string): Promise<unknown> {
    const module = this.module(path);
    const imported = module.imports.get(name);
    if (imported !== undefined) return this.constant(imported.from, imported.name);
    const declarator = declarations(module).flatMap((node) => (node.type === "VariableDeclaration" && node.kind === "const" ? (node.declarations as Node[]) : [])).find((node) => node.id.name === name);
    if (declarator === undefined) throw new Error(`${path}: ${name} is neither a local nor a constant`);
    const exports = (await import(pathToFileURL(join(ROOT, path)).href)) as Record<string, unknown>;
    if (name in exports) return exports[name];
    return this.#fold(module, declarator.init);
  }

  async #fold(module: Module, node: Node): Promise<number> {
    if (node.type === "Literal" && typeof node.value === "number") return node.value;
    if (node.type === "Identifier") return (await this.constant(module.path, node.name)) as number;
    if (node.type === "BinaryExpression" && node.operator in FOLD) return FOLD[node.operator](await this.#fold(module, node.left), await this.#fold(module, node.right));
    if (node.type === "UnaryExpression" && node.operator === "~") return ~(await this.#fold(module, node.argument));
    throw new Error(`${module.path}: ${module.text.slice(node.start, node.end)} is no constant of integers`);
  }
}

const FOLD: Readonly<Record<string, (a: number, b: number) => number>> = { "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "|": (a, b) => a | b, "&": (a, b) => a & b, "<<": (a, b) => a << b };

function declarations({ program }: Module): Node[] {
  return (program.body as Node[]).map((statement) => (statement.type === "ExportNamedDeclaration" && statement.declaration ? statement.declaration : statement));
}

function returnsValue(node: Node): boolean {
  if (node.type === "ReturnStatement") return node.argument !== null;
  const inner = [node.body, node.consequent, node.alternate].flat().filter((child): child is Node => typeof child?.type === "string");
  return inner.some(returnsValue);
}

function nameOf(path: string, name: string): string {
  return `$${path.replace(/^src\//, "").replace(/\.ts$/, "").replaceAll(/[^\w]/g, "_")}__${name}`;
}

class OneFunction {
  readonly #compiling: Compiling;
  readonly #module: Module;
  readonly #fn: Node;
  readonly #parameters: string[] = [];
  /** The WebAssembly local of each name in scope, innermost last. */
  readonly #scopes: Map<string, string>[] = [new Map()];
  readonly #locals: string[] = [];
  #labels = 0;
  /** Labels of the loops around. */
  readonly #loops: { readonly end: string; readonly next: string }[] = [];

  constructor(compiling: Compiling, module: Module, fn: Node) {
    this.#compiling = compiling;
    this.#module = module;
    this.#fn = fn;
  }

  async compile(): Promise<string> {
    for (const parameter of this.#fn.params as Node[]) {
      if (parameter.type !== "Identifier") this.#refuse(parameter);
      if (parameter.name === "i32") continue;
      this.#parameters.push(parameter.name);
      this.#scopes[0]?.set(parameter.name, parameter.name);
    }
    const hasResult = returnsValue(this.#fn.body);
    const body = await this.#block(this.#fn.body.body);
    const head = [...this.#parameters.map((name) => ` (param $${name} i32)`), hasResult ? " (result i32)" : "", ...this.#locals.map((name) => ` (local $${name} i32)`)].join("");
    return [`(func ${nameOf(this.#module.path, this.#fn.id.name)}${head}`, ...body.map((line) => `  ${line}`), ...(hasResult ? ["  (unreachable)"] : []), ")"].join("\n");
  }

  #refuse(node: Node): never {
    throw new Error(`${this.#module.path}, ${this.#fn.id.name}: cannot be compiled: ${this.#module.text.slice(node.start, node.end)}`);
  }

  async #block(statements: readonly Node[]): Promise<string[]> {
    this.#scopes.push(new Map());
    const lines: string[] = [];
    for (const statement of statements) lines.push(...(await this.#statement(statement)));
    this.#scopes.pop();
    return lines;
  }

  async #statement(node: Node): Promise<string[]> {
    switch (node.type) {
      case "BlockStatement":
        return this.#block(node.body);
      case "VariableDeclaration": {
        const lines: string[] = [];
        for (const { id, init } of node.declarations as Node[]) {
          if (id.type !== "Identifier" || init === null) this.#refuse(node);
          const value = await this.#value(init);
          const local = `${id.name}_${this.#locals.length}`;
          this.#locals.push(local);
          this.#scopes.at(-1)?.set(id.name, local);
          lines.push(`(local.set $${local} ${value})`);
        }
        return lines;
      }
      case "ExpressionStatement":
        return [await this.#effect(node.expression)];
      case "ReturnStatement":
        return [node.argument === null ? "(return)" : `(return ${await this.#value(node.argument)})`];
      case "IfStatement": {
        const otherwise = node.alternate === null ? [] : ["  (else", ...(await this.#block([node.alternate])), "  )"];
        return [`(if ${await this.#value(node.test)} (then`, ...(await this.#block([node.consequent])), ")", ...otherwise, ")"];
      }
      case "WhileStatement":
      case "ForStatement":
        return this.#loop(node);
      case "BreakStatement":
        return [`(br $${this.#loops.at(-1)?.end ?? this.#refuse(node)})`];
      case "ContinueStatement":
        return [`(br $${this.#loops.at(-1)?.next ?? this.#refuse(node)})`];
      default:
        return this.#refuse(node);
    }
  }

  async #loop(node: Node): Promise<string[]> {
    const label = this.#labels++;
    const [end, next, again] = [`end${label}`, `next${label}`, `again${label}`];
    this.#scopes.push(new Map());
    const init = node.init ? await this.#statement(node.init.type === "VariableDeclaration" ? node.init : { type: "ExpressionStatement", start: node.init.start, end: node.init.end, expression: node.init }) : [];
    const test = node.test ? [`(br_if $${end} (i32.eqz ${await this.#value(node.test)}))`] : [];
    this.#loops.push({ end, next });
    const body = await this.#block([node.body]);
    this.#loops.pop();
    const update = node.update ? [await this.#effect(node.update)] : [];
    this.#scopes.pop();
    return [...init, `(block $${end} (loop $${again}`, ...test, `(block $${next}`, ...body, ")", ...update, `(br $${again})`, "))"];
  }

  /** An expression as a statement. */
  async #effect(node: Node): Promise<string> {
    if (node.type === "AssignmentExpression") {
      const operator = node.operator === "=" ? undefined : (BINARY[node.operator.slice(0, -1)] ?? this.#refuse(node));
      return this.#assign(node.left, operator, await this.#value(node.right));
    }
    if (node.type === "UpdateExpression") return this.#assign(node.argument, node.operator === "++" ? "i32.add" : "i32.sub", "(i32.const 1)");
    if (node.type === "UnaryExpression" && node.operator === "void") return this.#effect(node.argument);
    if (node.type === "CallExpression") return this.#call(node, false);
    return this.#refuse(node);
  }

  async #assign(target: Node, operator: string | undefined, value: string): Promise<string> {
    const changed = operator === undefined ? value : `(${operator} ${await this.#value(target)} ${value})`;
    if (target.type === "Identifier") return `(local.set $${this.#local(target.name) ?? this.#refuse(target)} ${changed})`;
    return `(i32.store ${await this.#address(target)} ${changed})`;
  }

  #local(name: string): string | undefined {
    return this.#scopes.findLast((scope) => scope.has(name))?.get(name);
  }

  async #value(node: Node): Promise<string> {
    switch (node.type) {
      case "Literal":
        if (typeof node.value === "number" && (node.value | 0) === node.value) return `(i32.const ${node.value})`;
        if (typeof node.value === "boolean") return `(i32.const ${node.value ? 1 : 0})`;
        return this.#refuse(node);
      case "ParenthesizedExpression":
        return this.#value(node.expression);
      case "Identifier": {
        const local = this.#local(node.name);
        return local === undefined ? this.#constant(node) : `(local.get $${local})`;
      }
      case "MemberExpression":
        return this.#isWord(node) ? `(i32.load ${await this.#address(node)})` : this.#constant(node);
      case "BinaryExpression":
        return `(${BINARY[node.operator] ?? this.#refuse(node)} ${await this.#value(node.left)} ${await this.#value(node.right)})`;
      case "LogicalExpression": {
        const [left, right] = [await this.#truth(node.left), await this.#truth(node.right)];
        if (node.operator === "&&") return `(if (result i32) ${left} (then ${right}) (else (i32.const 0)))`;
        if (node.operator === "||") return `(if (result i32) ${left} (then (i32.const 1)) (else ${right}))`;
        return this.#refuse(node);
      }
      case "UnaryExpression":
        if (node.operator === "!") return `(i32.eqz ${await this.#truth(node.argument)})`;
        if (node.operator === "-") return `(i32.sub (i32.const 0) ${await this.#value(node.argument)})`;
        if (node.operator === "~") return `(i32.xor (i32.const -1) ${await this.#value(node.argument)})`;
        return this.#refuse(node);
      case "ConditionalExpression":
        return `(if (result i32) ${await this.#truth(node.test)} (then ${await this.#value(node.consequent)}) (else ${await this.#value(node.alternate)}))`;
      case "CallExpression":
        return this.#call(node, true);
      default:
        return this.#refuse(node);
    }
  }

  /** A value of which only the truth is used; in JavaScript it must be a boolean, so that `a && b` is 0 or 1. */
  async #truth(node: Node): Promise<string> {
    if (node.type === "ParenthesizedExpression") return this.#truth(node.expression);
    const isBoolean = (node.type === "BinaryExpression" && ["===", "!==", "<", "<=", ">", ">="].includes(node.operator)) || node.type === "LogicalExpression" || node.type === "CallExpression" || node.type === "Identifier" || (node.type === "UnaryExpression" && node.operator === "!");
    return isBoolean ? this.#value(node) : this.#refuse(node);
  }

  #isWord(node: Node): boolean {
    return node.computed && node.object.type === "Identifier" && node.object.name === "i32";
  }

  /** The address of `i32[…]`; a constant in the index becomes the offset. */
  async #address(node: Node): Promise<string> {
    if (node.type !== "MemberExpression" || !this.#isWord(node)) this.#refuse(node);
    const { property } = node;
    if (property.type === "BinaryExpression" && property.operator === "+") {
      const right = await this.#value(property.right);
      const constant = /^\(i32\.const (\d+)\)$/.exec(right)?.[1];
      if (constant !== undefined) return `offset=${4 * Number(constant)} (i32.shl ${await this.#value(property.left)} (i32.const 2))`;
    }
    return `(i32.shl ${await this.#value(property)} (i32.const 2))`;
  }

  async #constant(node: Node): Promise<string> {
    const { path } = this.#module;
    const value = node.type === "Identifier" ? await this.#compiling.constant(path, node.name) : node.object.type === "Identifier" && !node.computed ? ((await this.#compiling.constant(path, node.object.name)) as Record<string, unknown>)[node.property.name] : undefined;
    if (typeof value !== "number" || (value | 0) !== value) this.#refuse(node);
    return `(i32.const ${value})`;
  }

  async #call(node: Node, wantsValue: boolean): Promise<string> {
    const { callee } = node;
    if (callee.type !== "Identifier" || this.#local(callee.name) !== undefined) this.#refuse(node);
    const { name, from } = this.#module.imports.get(callee.name) ?? { name: callee.name as string, from: this.#module.path };
    const parameters = (node.arguments as Node[]).filter((argument) => !(argument.type === "Identifier" && argument.name === "i32"));
    if (from === ATOMICS) {
      const instruction = ATOMIC[name] ?? this.#refuse(node);
      const [at, ...rest] = parameters;
      const word = { type: "MemberExpression", computed: true, object: { type: "Identifier", name: "i32", start: 0, end: 0 }, property: at, start: node.start, end: node.end } as unknown as Node;
      const values = await Promise.all(rest.map((argument) => this.#value(argument)));
      const text = `(${instruction} ${[await this.#address(word), ...values].join(" ")})`;
      if (name === "store") return wantsValue ? this.#refuse(node) : text;
      return wantsValue ? text : `(drop ${text})`;
    }
    await this.#compiling.need(from, name);
    const hasResult = this.#compiling.hasResult(from, name);
    if (wantsValue && !hasResult) this.#refuse(node);
    const values: string[] = [];
    for (const argument of parameters) values.push(await this.#value(argument));
    const text = `(call ${nameOf(from, name)} ${values.join(" ")})`;
    return hasResult && !wantsValue ? `(drop ${text})` : text;
  }
}
