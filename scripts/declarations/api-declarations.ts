/**
 * What the public entry exports, read from the source: for each name its
 * signature, its comment in parts, and its members. Parsed, not run.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ENTRY = "src/index.ts";
/** Made in one piece; what they are stands in the interfaces of these files. */
const CALLS = { exports: "src/runtime/api.ts", calls: "src/runtime/calls.ts", constructors: "src/runtime/sync-constructors.ts", objects: ["src/sync/objects.ts", "src/shared-map/shared-map.ts"] };

/** A comment in parts. */
export interface Doc {
  readonly paragraphs: readonly string[];
  readonly params: ReadonlyMap<string, string>;
  readonly throws: string | undefined;
}

export interface Member {
  readonly name: string;
  readonly signature: string;
  readonly doc: Doc;
  /** Names of its parameters; none of what is no function. */
  readonly params: readonly string[];
}

export interface Declaration extends Member {
  readonly members: readonly Member[];
}

/** A node of the tree (ESTree); properties by name. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- a tree of some eighty kinds of node, of which a dozen matter here
  readonly [key: string]: any;
}

class SourceFile {
  readonly text: string;
  readonly #declarations = new Map<string, Node>();
  readonly #overloads = new Map<string, readonly Node[]>();
  readonly #comments: readonly Node[];

  constructor(path: string) {
    this.text = readFileSync(join(ROOT, path), "utf8");
    const { program, comments, errors } = parseSync(path, this.text);
    if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
    this.#comments = comments as unknown as Node[];
    for (const statement of (program as unknown as Node).body as Node[]) {
      const declaration: Node = statement.declaration ?? statement;
      const name = declaration.id?.name ?? declaration.declarations?.[0]?.id?.name;
      if (typeof name !== "string") continue;
      if (declaration.type === "TSDeclareFunction") this.#overloads.set(name, [...this.overloads(name), declaration]);
      // What a function with overloads is stands before them.
      if (!this.#overloads.has(name) || !this.#declarations.has(name)) this.#declarations.set(name, statement);
    }
  }

  /** The signatures of a function that has several. */
  overloads(name: string): readonly Node[] {
    return this.#overloads.get(name) ?? [];
  }

  /** The statement that declares a name. */
  statement(name: string): Node | undefined {
    return this.#declarations.get(name);
  }

  slice(from: number, to: number): string {
    return oneLine(this.text.slice(from, to)).replaceAll("( ", "(").replaceAll(", )", ")").replace("= | ", "= ");
  }

  /** The comment right before a node, only modifiers and directives between, or the bar of a union. */
  doc(node: Node): Doc {
    const before = this.#comments.filter(({ end }) => end <= node.start && /^(\s|\/\/[^\n]*\n)*(\| *)?$/.test(this.text.slice(end, node.start)));
    return parseDoc((before.find(({ value }) => (value as string).startsWith("*"))?.value as string | undefined) ?? "");
  }
}

/** `* text @param a what @throws ERR_X`, lines joined. */
function parseDoc(comment: string): Doc {
  const text = comment.replaceAll(/^\s*\* ?/gm, "").replaceAll("\r", "");
  const [description, ...tags] = ` ${text}`.split(/(?=@(?:param|throws|internal|returns)\b)/);
  const params = new Map<string, string>();
  let throws: string | undefined;
  for (const tag of tags) {
    const [, kind, rest] = /^@(\w+)\s*([\s\S]*)$/.exec(tag) as RegExpExecArray;
    const line = oneLine(rest);
    if (kind === "throws") throws = throws === undefined ? line : `${throws}; ${line}`;
    if (kind !== "param") continue;
    const [, name, what] = /^(\S+)\s+(.*)$/.exec(line) as RegExpExecArray;
    params.set(name, what);
  }
  if (comment.includes("@internal")) return { paragraphs: ["@internal"], params, throws };
  return { paragraphs: description.split(/\n\s*\n/).map(oneLine).filter((paragraph) => paragraph !== ""), params, throws };
}

/** A type's text; of a union whose parts have comments, the parts are its members. */
function aliasOf(file: SourceFile, node: Node, name: string, doc: Doc): Declaration {
  const parts = (node.typeAnnotation.type === "TSUnionType" ? node.typeAnnotation.types : []) as Node[];
  const docs = parts.map((part) => file.doc(part));
  if (docs.every(({ paragraphs }) => paragraphs.length === 0)) return { name, signature: file.slice(node.start, node.end).replace(/;$/, ""), doc, params: [], members: [] };
  return { name, signature: `type ${name} = …`, doc, params: [], members: parts.map((part, k) => ({ name: `part ${k + 1}`, signature: file.slice(part.start, part.end).replace(/^\((.*)\)$/, "$1"), doc: docs[k], params: [] })) };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

const files = new Map<string, SourceFile>();
function fileOf(path: string): SourceFile {
  let file = files.get(path);
  if (file === undefined) files.set(path, (file = new SourceFile(path)));
  return file;
}

/** Names that an entry exports, and the file of each; a name may be a value and a type. */
export function exportsOf(entry = ENTRY): Map<string, string> {
  const { text } = fileOf(entry);
  const found = new Map<string, string>();
  for (const [, names, from] of text.matchAll(/export (?:type )?\{([^}]+)\} from "([^"]+)"/g)) {
    for (const name of names.split(",")) found.set(name.replace(/^\s*(type )?/, "").trim(), join(dirname(entry), from).replaceAll("\\", "/"));
  }
  return found;
}

/** What a name of the entry is. */
export function declarationOf(name: string, path: string, isExported: (name: string) => boolean): Declaration {
  if (path !== CALLS.exports) return declared(fileOf(path), name, isExported);
  if (/^[A-Z]/.test(name)) return constructed(name, isExported);
  const call = membersOf(fileOf(CALLS.calls), "Calls", isExported).find((member) => member.name === name);
  if (call === undefined) throw new Error(`${CALLS.calls} does not say what ${name} is`);
  return { ...call, members: [] };
}

/** A shared object: how it is made, and what it does. */
function constructed(name: string, isExported: (name: string) => boolean): Declaration {
  const file = fileOf(CALLS.constructors);
  const made = membersOf(file, "SyncConstructors", isExported).find((member) => member.name === name);
  // A generic one has an interface of its own.
  const own = file.statement(`${name}Constructor`) === undefined ? undefined : membersOf(file, `${name}Constructor`, isExported)[0];
  const [, generics = "", parameters = ""] = own === undefined ? (/SyncConstructor<()\[(.*?)\], /.exec(made?.signature ?? "") ?? []) : (/^new (<.*?>)?\((.*)\): /.exec(own.signature) ?? []);
  const object = declared(fileOf(CALLS.objects.find((path) => fileOf(path).statement(name) !== undefined) ?? CALLS.objects[0]), name, isExported);
  const throws = ["ERR_ARENA_FULL, ERR_RUNTIME_STOPPED, ERR_NO_RUNTIME, ERR_WHICH_RUNTIME", made?.doc.throws].filter((codes) => codes !== undefined).join(", ");
  return { ...object, signature: `new ${name}${generics}(${parameters})`, doc: { ...object.doc, params: made?.doc.params ?? new Map(), throws }, params: own?.params ?? (parameters === "" ? [] : parameters.split(",").map((one) => one.replace(/\??:.*/, "").trim())) };
}

function declared(file: SourceFile, name: string, isExported: (name: string) => boolean): Declaration {
  const statement = file.statement(name);
  if (statement === undefined) throw new Error(`${name} is declared nowhere`);
  const node: Node = statement.declaration ?? statement;
  const doc = file.doc(statement);
  const end = node.body?.start ?? node.end;
  switch (node.type) {
    case "FunctionDeclaration":
      return { name, signature: file.slice(node.start, end).replace(/^async /, ""), doc, params: paramsOf(node), members: [] };
    case "TSDeclareFunction":
      return { name, signature: file.overloads(name).map((each) => file.slice(each.start, each.end).replace(/;$/, "")).join("\n"), doc, params: file.overloads(name).flatMap(paramsOf), members: [] };
    case "VariableDeclaration": {
      const { id, init } = node.declarations[0] as Node;
      const object: Node | undefined = init?.type === "TSAsExpression" ? init.expression : undefined;
      const members = (object?.properties ?? []) as Node[];
      return {
        name,
        signature: object === undefined ? file.slice(node.start, id.end) : `const ${name}`,
        doc,
        params: [],
        members: members.map((property) => ({ name: property.key.name as string, signature: file.slice(property.start, property.end), doc: file.doc(property), params: [] })),
      };
    }
    case "TSTypeAliasDeclaration":
      return aliasOf(file, node, name, doc);
    default:
      return { name, signature: file.slice(node.start, end), doc, params: [], members: membersOf(file, name, isExported) };
  }
}

/** Members of an interface or class, with those of bases that are not exported. */
function membersOf(file: SourceFile, name: string, isExported: (name: string) => boolean): Member[] {
  const statement = file.statement(name) as Node;
  const node: Node = statement.declaration ?? statement;
  const bases = ((node.extends ?? []) as Node[]).map(({ expression }) => expression?.name as string).filter((base) => file.statement(base) !== undefined && !isExported(base));
  const own = (node.body.body as Node[]).flatMap((member): Member[] => {
    const doc = file.doc(member);
    const isPrivate = member.key?.type === "PrivateIdentifier" || member.accessibility === "private" || doc.paragraphs[0] === "@internal";
    if (isPrivate || (member.type === "MethodDefinition" && member.kind === "constructor" && doc.paragraphs.length === 0)) return [];
    const key: string = member.key === undefined ? name : member.computed === true ? `[${file.slice(member.key.start, member.key.end)}]` : file.slice(member.key.start, member.key.end);
    const of: Node = member.value ?? member;
    const isGetter = member.kind === "get";
    const until = of.body?.start ?? member.typeAnnotation?.end ?? member.end;
    const signature = file.slice(member.start, until).replace(/[;,]$/, "").replace(/^(override |declare |abstract |async )+/, "").trim();
    const call = member.type === "TSCallSignatureDeclaration" ? `${name.toLowerCase()}${signature}` : signature;
    return [{ name: key === name ? name.toLowerCase() : key, signature: isGetter ? call.replace(/^get (\w+)\(\)/, "readonly $1") : call, doc, params: isGetter ? [] : paramsOf(of) }];
  });
  const names = new Set(own.map((member) => member.name));
  return [...own, ...bases.flatMap((base) => membersOf(file, base, isExported)).filter((member) => !names.has(member.name))];
}

function paramsOf(node: Node): string[] {
  return ((node.params ?? []) as Node[]).map((param) => (param.left ?? param.argument ?? param).name as string);
}
