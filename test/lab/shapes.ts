/**
 * Shapes of JSON, from TypeScript's interfaces and from a JSON Schema, so that
 * the two can be held against each other. Minima and descriptions are no part
 * of a shape; whole numbers are numbers.
 */
import { readFileSync } from "node:fs";
import { parseSync } from "oxc-parser";

/** What values of a type look like. */
export type Shape =
  | "number" | "string" | "boolean" | "null" | "nothing else"
  | { readonly literal: unknown }
  | { readonly oneOf: readonly Shape[] }
  | { readonly array: Shape }
  | { readonly tuple: readonly Shape[] }
  | { readonly values: Shape }
  | { readonly fields: Readonly<Record<string, Shape>>; readonly needed: readonly string[] };

interface Node {
  readonly type: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a syntax tree's nodes have what their type says
  readonly [field: string]: any;
}

/** The interfaces, aliases and string constants of some files, as shapes. */
export class TypeShapes {
  readonly #declared = new Map<string, Node>();

  constructor(paths: readonly string[]) {
    for (const path of paths) {
      for (const statement of parseSync(path, readFileSync(path, "utf8")).program.body as Node[]) {
        const node: Node = statement["declaration"] ?? statement;
        const declared: Node[] = node.type === "VariableDeclaration" ? node["declarations"] : [node];
        for (const one of declared) if (one["id"]?.name !== undefined) this.#declared.set(one["id"].name, one);
      }
    }
  }

  /** The shape of a declaration. @throws Error if there is none of the name */
  of(name: string): Shape {
    const node = this.#declared.get(name);
    if (node === undefined) throw new Error(`no declaration of ${name} in the files given`);
    switch (node.type) {
      case "TSInterfaceDeclaration": {
        const inherited = (node["extends"] as Node[]).map((base) => this.#reference(base["expression"].name, base["typeArguments"]?.params ?? []));
        return merged([...inherited, this.#members(node["body"].body)]);
      }
      case "TSTypeAliasDeclaration":
        return this.#type(node["typeAnnotation"]);
      default:
        return { literal: node["init"].value };
    }
  }

  #members(members: readonly Node[]): Shape {
    return {
      fields: Object.fromEntries(members.map((member) => [member["key"].name, this.#type(member["typeAnnotation"].typeAnnotation)])),
      needed: members.filter((member) => member["optional"] !== true).map((member) => member["key"].name as string).toSorted(),
    };
  }

  #type(node: Node): Shape {
    switch (node.type) {
      case "TSNumberKeyword": return "number";
      case "TSStringKeyword": return "string";
      case "TSBooleanKeyword": return "boolean";
      case "TSNullKeyword": return "null";
      case "TSLiteralType": return { literal: node["literal"].value };
      case "TSUnionType": return oneOf((node["types"] as Node[]).map((type) => this.#type(type)));
      case "TSTypeOperator": case "TSParenthesizedType": return this.#type(node["typeAnnotation"]);
      case "TSArrayType": return { array: this.#type(node["elementType"]) };
      case "TSTupleType": return { tuple: (node["elementTypes"] as Node[]).map((type) => this.#type(type["elementType"] ?? type)) };
      case "TSTypeLiteral": return this.#members(node["members"]);
      case "TSTypeQuery": return this.of(node["exprName"].name);
      case "TSTypeReference": return this.#reference(node["typeName"].name, node["typeArguments"]?.params ?? []);
      default: throw new Error(`${node.type} is not understood`);
    }
  }

  #reference(name: string, parameters: readonly Node[]): Shape {
    const [first, second] = parameters as [Node, Node];
    switch (name) {
      case "Readonly": return this.#type(first);
      case "Partial": return { ...(this.#type(first) as { fields: Record<string, Shape> }), needed: [] };
      case "Record": {
        const names = namesOf(this.#type(first));
        const value = this.#type(second);
        return names === null ? { values: value } : { fields: Object.fromEntries(names.map((key) => [key, value])), needed: names.toSorted() };
      }
      case "Pick": {
        const { fields, needed } = this.#type(first) as { fields: Record<string, Shape>; needed: readonly string[] };
        const names = namesOf(this.#type(second)) ?? [];
        return { fields: Object.fromEntries(names.map((key) => [key, fields[key] as Shape])), needed: needed.filter((key) => names.includes(key)) };
      }
      default: return this.of(name);
    }
  }
}

/** A JSON Schema as a shape; references are followed into its `$defs`. */
export function shapeOfSchema(schema: unknown, root: Node): Shape {
  if (schema === false) return "nothing else";
  const node = schema as Node;
  const inner = (part: unknown): Shape => shapeOfSchema(part, root);
  if (node["$ref"] !== undefined) return inner(root["$defs"][(node["$ref"] as string).replace("#/$defs/", "")]);
  if ("const" in node) return { literal: node["const"] };
  if (node["enum"] !== undefined) return oneOf((node["enum"] as unknown[]).map((literal) => ({ literal })));
  if (node["anyOf"] !== undefined) return oneOf((node["anyOf"] as unknown[]).map(inner));
  if (Array.isArray(node.type)) return oneOf(node.type.map((type: string) => inner({ ...node, type })));
  if (node.type === "integer") return "number";
  if (node.type === "array") return node["prefixItems"] === undefined ? { array: inner(node["items"]) } : { tuple: node["prefixItems"].map(inner) };
  if (node.type !== "object") return node.type as Shape;
  if (node["properties"] === undefined) return { values: inner(node["additionalProperties"]) };
  return merged([{ fields: Object.fromEntries(Object.entries(node["properties"]).map(([name, part]) => [name, inner(part)])), needed: node["required"] ?? [] }]);
}

function oneOf(shapes: readonly Shape[]): Shape {
  const flat = shapes.flatMap((shape) => (typeof shape === "object" && "oneOf" in shape ? shape.oneOf : [shape]));
  return { oneOf: flat.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) };
}

function merged(shapes: readonly Shape[]): Shape {
  const objects = shapes as readonly { fields: Record<string, Shape>; needed: readonly string[] }[];
  return { fields: Object.assign({}, ...objects.map(({ fields }) => fields)) as Record<string, Shape>, needed: objects.flatMap(({ needed }) => needed).toSorted() };
}

/** The names of a union of string literals; `null` for other keys. */
function namesOf(shape: Shape): string[] | null {
  if (typeof shape !== "object") return null;
  if ("literal" in shape) return [String(shape.literal)];
  return "oneOf" in shape ? shape.oneOf.map((one) => String((one as { literal: unknown }).literal)) : null;
}
