/**
 * Reduces the declarations of a build to those that the entry's exports are made of.
 *
 * tsc writes a declaration of everything that a module exports, and so of what only warren
 * itself uses: it needs the types of Node and of packages that a user does not have.
 * A statement stays if the type of an export names it, directly or through others.
 */
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync } from "oxc-parser";

/** `using` and `Symbol.dispose`, which a project's own `lib` may lack; the types of Node name it, too. */
const NEEDED_LIB = '/// <reference lib="esnext.disposable" />';

/** A node of the tree (ESTree); properties by name. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- a tree of many kinds of node, of which a dozen matter here
  readonly [key: string]: any;
}

/** A name that a statement uses, or one that another file exports. */
interface Use {
  readonly name: string;
  /** The specifier of `import("…").name`. */
  readonly from?: string;
}

class DeclarationFile {
  readonly path: string;
  readonly #text: string;
  readonly #statements: readonly Node[];
  readonly #comments: readonly Node[];
  readonly #kept = new Set<Node>();

  constructor(path: string) {
    this.path = path;
    this.#text = readFileSync(path, "utf8");
    const { program, comments, errors } = parseSync(path, this.#text);
    if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
    this.#statements = (program as unknown as Node).body as Node[];
    this.#comments = comments as unknown as Node[];
  }

  /** All names that the file exports. */
  get exported(): string[] {
    return this.#statements.filter(({ type }) => type === "ExportNamedDeclaration").flatMap((statement) => (statement.declaration === null ? namesOf(statement.specifiers, "exported") : declaredBy(statement)));
  }

  /** Keeps what `name` stands for here. Returns what that uses in turn: names of this file, or of others. */
  keep(name: string): Use[] {
    const uses: Use[] = [];
    for (const statement of this.#statements) {
      const passedOn = bindingOf(statement, name);
      if (passedOn === undefined && !declaredBy(statement).includes(name)) continue;
      this.#kept.add(passedOn?.binding ?? statement);
      if (passedOn === undefined) uses.push(...usesOf(statement));
      else uses.push({ name: passedOn.name, ...(statement.source == null ? {} : { from: statement.source.value as string }) });
    }
    return uses;
  }

  /** What is left of the file. */
  get text(): string {
    const lines = this.#statements.flatMap((statement) => {
      const bindings = ((statement.specifiers ?? []) as Node[]).filter((binding) => this.#kept.has(binding));
      if (bindings.length > 0) return [this.#withBindings(statement, bindings)];
      return this.#kept.has(statement) ? [this.#docOf(statement) + this.#slice(statement)] : [];
    });
    // Without an export, every declaration of a file would be one.
    return `${[...lines, "export {};"].join("\n")}\n`;
  }

  /** The statement with those of its bindings that are used. */
  #withBindings(statement: Node, bindings: readonly Node[]): string {
    if (bindings[0]?.type === "ImportNamespaceSpecifier") return this.#slice(statement);
    const verb = statement.type === "ImportDeclaration" ? "import" : "export";
    const kind = statement.importKind === "type" || statement.exportKind === "type" ? " type" : "";
    const from = statement.source == null ? "" : ` from ${this.#slice(statement.source)}`;
    return `${verb}${kind} { ${bindings.map((binding) => this.#slice(binding)).join(", ")} }${from};`;
  }

  /** The comment right before a statement. */
  #docOf({ start }: Node): string {
    const comment = this.#comments.findLast(({ end }) => end <= start);
    if (comment === undefined || !/^\s*$/.test(this.#text.slice(comment.end, start))) return "";
    return this.#text.slice(comment.start, start);
  }

  #slice({ start, end }: Node): string {
    return this.#text.slice(start, end);
  }
}

/** Whether a statement imports or passes on `name`: the binding, and the name that it has in its file. */
function bindingOf(statement: Node, name: string): { readonly binding: Node; readonly name: string } | undefined {
  const inner = statement.type === "ImportDeclaration" ? "local" : "exported";
  const binding = ((statement.specifiers ?? []) as Node[]).find((specifier) => specifier[inner].name === name);
  if (binding === undefined) return undefined;
  const outer = inner === "exported" ? binding.local : binding.imported;
  return { binding, name: outer?.name ?? ALL };
}

/** All that a module exports: what `import * as` makes of it. */
const ALL = "*";

function namesOf(bindings: readonly Node[], key: string): string[] {
  return bindings.map((binding) => binding[key].name as string);
}

/** The names that a statement declares. */
function declaredBy(statement: Node): string[] {
  const declaration: Node = statement.declaration ?? statement;
  if (declaration.type === "VariableDeclaration") return namesOf(declaration.declarations, "id");
  return typeof declaration.id?.name === "string" ? [declaration.id.name] : [];
}

/** Where names of other declarations stand in a node. */
const NAMING: Readonly<Record<string, readonly string[]>> = {
  TSTypeReference: ["typeName"],
  TSTypeQuery: ["exprName"],
  TSInterfaceHeritage: ["expression"],
  TSClassImplements: ["expression"],
  ClassDeclaration: ["superClass"],
};

/** The names that a statement's types consist of; its own type parameters and the language's own types among them. */
function usesOf(node: Node): Use[] {
  const uses: Use[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (typeof value !== "object" || value === null || !("type" in value)) return;
    const node = value as Node;
    for (const key of [...(NAMING[node.type] ?? []), ...(node.computed === true ? ["key"] : [])]) if (node[key] != null) uses.push({ name: firstOf(node[key]) });
    if (node.type === "TSImportType") uses.push({ name: node.qualifier === null ? ALL : firstOf(node.qualifier), from: node.source.value });
    Object.values(node).forEach(visit);
  };
  visit(node);
  return uses;
}

/** `objects` of `objects.Mutex`. */
function firstOf(name: Node): string {
  const left: Node | undefined = name.left ?? name.object ?? name.expression;
  return left === undefined ? String(name.name) : firstOf(left);
}

/** Rewrites the declarations under `dist`, of which `entries` are the public ones, and removes those that are not needed. */
export function keepPublicTypes(dist: string, entries: readonly string[]): void {
  const files = new Map<string, DeclarationFile>();
  const done = new Set<string>();
  const fileOf = (path: string): DeclarationFile => {
    let file = files.get(path);
    if (file === undefined) files.set(path, (file = new DeclarationFile(path)));
    return file;
  };
  const keep = (path: string, name: string): void => {
    if (done.has(`${path} ${name}`)) return;
    done.add(`${path} ${name}`);
    const file = fileOf(path);
    if (name === ALL) for (const one of file.exported) keep(path, one);
    for (const use of file.keep(name)) {
      if (use.from?.startsWith(".") === false) throw new Error(`${path}: ${name} needs ${use.from}, which a user of the package might not have`);
      keep(use.from === undefined ? path : join(dirname(path), use.from.replace(/\.[jt]s$/, ".d.ts")), use.name);
    }
  };
  for (const entry of entries) keep(join(dist, entry), ALL);
  for (const file of files.values()) writeFileSync(file.path, file.text);
  for (const entry of entries) writeFileSync(join(dist, entry), `${NEEDED_LIB}\n${fileOf(join(dist, entry)).text}`);
  for (const path of globSync("**/*.d.ts", { cwd: dist })) if (!files.has(join(dist, path))) rmSync(join(dist, path));
}
