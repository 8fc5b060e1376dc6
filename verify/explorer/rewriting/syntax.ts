/** The syntax tree of one module, and what the rewriting asks of it: which names it declares, what a call calls. */
import { stripTypeScriptTypes } from "node:module";
import { parseSync } from "oxc-parser";

/** A node of the tree (ESTree); properties by name. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- a tree of some eighty kinds of node, of which a dozen matter here
  readonly [key: string]: any;
}

export interface Module {
  /** Path from the root of the project. */
  readonly path: string;
  /** JavaScript: the source without its types, each character where it was. */
  readonly text: string;
  readonly program: Node;
  /** What each imported name is called where it comes from, and the path of that file, if it is one of the project. */
  readonly imports: ReadonlyMap<string, { readonly name: string; readonly from: string }>;
  /** Functions declared at the top. */
  readonly functions: ReadonlySet<string>;
}

/** Parses TypeScript source. @param resolve the path of an import's specifier */
export function parse(path: string, source: string, resolve: (specifier: string) => string): Module {
  const text = stripTypeScriptTypes(source, { mode: "strip" });
  const { program, errors } = parseSync(path.replace(/\.ts$/, ".js"), text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  const body = (program as unknown as Node).body as Node[];
  const imports = new Map<string, { name: string; from: string }>();
  for (const statement of body.filter(({ type }) => type === "ImportDeclaration")) {
    for (const { imported, local } of statement.specifiers as Node[]) imports.set(local.name, { name: imported?.name ?? "default", from: resolve(statement.source.value) });
  }
  const functions = new Set<string>();
  for (const statement of body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type === "FunctionDeclaration") functions.add(declaration.id.name);
  }
  return { path, text, program: program as unknown as Node, imports, functions };
}

const below = new WeakMap<Node, readonly Node[]>();

/** The nodes right below one, in the order of the text. */
export function children(node: Node): readonly Node[] {
  let found = below.get(node);
  if (found === undefined) below.set(node, (found = childrenOf(node)));
  return found;
}

function childrenOf(node: Node): Node[] {
  const found: Node[] = [];
  for (const key of Object.keys(node)) {
    if (key === "type" || key === "start" || key === "end" || key === "parent") continue;
    const value = node[key];
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof item === "object" && item !== null && typeof item.type === "string" && typeof item.start === "number") found.push(item);
    }
  }
  // A shorthand property has key and value in one place.
  return found.toSorted((a, b) => a.start - b.start).filter((child, k, all) => k === 0 || child.start >= all[k - 1].end);
}

export function isFunction(node: Node): boolean {
  return node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression";
}

const locals = new WeakMap<Node, ReadonlySet<string>>();

/** The names that a function declares for itself: parameters, variables, inner functions. */
export function localsOf(fn: Node): ReadonlySet<string> {
  let names = locals.get(fn);
  if (names === undefined) locals.set(fn, (names = declaredIn(fn)));
  return names;
}

function declaredIn(fn: Node): Set<string> {
  const names = new Set<string>();
  const bind = (pattern: Node | null): void => {
    if (pattern === null) return;
    if (pattern.type === "Identifier") names.add(pattern.name);
    else if (pattern.type === "ObjectPattern") for (const property of pattern.properties as Node[]) bind(property.type === "RestElement" ? property.argument : property.value);
    else if (pattern.type === "ArrayPattern") for (const element of pattern.elements as (Node | null)[]) bind(element);
    else if (pattern.type === "AssignmentPattern") bind(pattern.left);
    else if (pattern.type === "RestElement") bind(pattern.argument);
  };
  for (const parameter of fn.params as Node[]) bind(parameter);
  const walk = (node: Node): void => {
    if (node.type === "VariableDeclarator") bind(node.id);
    if (node.type === "CatchClause") bind(node.param);
    if (node.type === "FunctionDeclaration") names.add(node.id.name);
    if (!isFunction(node)) for (const child of children(node)) walk(child);
  };
  walk(fn.body);
  return names;
}

/** The name under which a property or method is known; private ones with their `#`. `undefined` for computed ones. */
export function keyOf(node: Node): string | undefined {
  const key = node.type === "MemberExpression" ? node.property : node.key;
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  if (node.computed) return undefined;
  return key.type === "Identifier" ? key.name : String(key.value);
}

/** What a call calls: a function of the project by name, a method by name, or something that only shows when it runs. */
export type Callee = { readonly kind: "function"; readonly name: string; readonly from: string } | { readonly kind: "method"; readonly name: string } | { readonly kind: "unknown" };

export function calleeOf(call: Node, module: Module, scopes: readonly ReadonlySet<string>[]): Callee {
  const { callee } = call;
  if (callee.type === "Identifier") {
    if (scopes.some((names) => names.has(callee.name))) return { kind: "unknown" };
    const imported = module.imports.get(callee.name);
    if (imported !== undefined) return { kind: "function", ...imported };
    if (module.functions.has(callee.name)) return { kind: "function", name: callee.name, from: module.path };
    return { kind: "method", name: callee.name };
  }
  if (callee.type === "Super") return { kind: "method", name: "constructor" };
  const name = callee.type === "MemberExpression" ? keyOf(callee) : undefined;
  return name === undefined ? { kind: "unknown" } : { kind: "method", name };
}

/** Whether a node is a word of the arena: they are all reached through something called `i32`. */
export function isWord(node: Node): boolean {
  if (node.type !== "MemberExpression" || !node.computed) return false;
  const { object } = node;
  return (object.type === "Identifier" && object.name === "i32") || (object.type === "MemberExpression" && keyOf(object) === "i32");
}
