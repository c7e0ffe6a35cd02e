/**
 * Derives the shapes of the resource types that the stand-in plugin serves from the typings of `@pulumi/cloudflare`,
 * so that property names and types are the official ones. Run it after raising that package's version:
 * `node providers/cloudflare/schema/generate.ts`.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";
import type { Field, Shape } from "../../kit/shape.ts";
import { types } from "./types.ts";
import { withWireNames } from "./wire-names.ts";

const sdk = dirname(createRequire(import.meta.url).resolve("@pulumi/cloudflare/package.json"));
const files = new Map(readdirSync(sdk).map((file) => [file.toLowerCase(), file]));
const fileOf = (name: string) => join(sdk, files.get(`${name.toLowerCase()}.d.ts`) ?? `${name}.d.ts`);

/** Derives all shapes. Slow (it loads the whole of the typings): a second or two. */
export function deriveShapes(): { shapes: Record<string, Shape>; unresolved: string[] } {
  const program = ts.createProgram(types.map(fileOf), {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const unresolved: string[] = [];
  const shapes = Object.fromEntries(types.map((name) => [name, withWireNames(name, shapeOf(name), unresolved)]));
  return { shapes, unresolved };

  function shapeOf(name: string): Shape {
    const source = program.getSourceFile(fileOf(name));
    if (!source) throw new Error(`@pulumi/cloudflare has no ${fileOf(name)}`);
    const inputs = membersOf(declared(source, `${name}Args`));
    const outputs = membersOf(declared(source, name)).filter(
      (member) => !["id", "urn"].includes(member.name) && isProperty(member) && !member.name.startsWith("__"),
    );
    return withSecrets(name, merged(inputs, outputs));
  }

  function declared(source: ts.SourceFile, name: string): ts.Type {
    const statement = source.statements.find(
      (candidate) =>
        (ts.isInterfaceDeclaration(candidate) || ts.isClassDeclaration(candidate)) && candidate.name?.text === name,
    );
    if (!statement) throw new Error(`${source.fileName} declares no ${name}`);
    return checker.getTypeAtLocation(statement);
  }

  function membersOf(type: ts.Type): ts.Symbol[] {
    return checker.getPropertiesOfType(type);
  }

  function merged(inputs: ts.Symbol[], outputs: ts.Symbol[]): Shape {
    const settable = new Map(inputs.map((member) => [member.name, member]));
    const fields = new Map<string, Field>();
    for (const member of inputs) {
      const output = outputs.find((candidate) => candidate.name === member.name);
      const field = fieldOf(bareType(member), output && bareType(output));
      const required = (member.flags & ts.SymbolFlags.Optional) === 0;
      fields.set(member.name, required ? { ...field, required } : field);
    }
    for (const member of outputs.filter(({ name }) => !settable.has(name))) {
      const stable = /^(aud|uuid|clientId|zoneName|jurisdiction|location)$|^creat|Id$/.test(member.name);
      const field = fieldOf(undefined, bareType(member));
      fields.set(member.name, stable ? { ...field, output: true, stable } : { ...field, output: true });
    }
    return Object.fromEntries([...fields].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The type of a property inside `Input<…>`, `Output<…>` and `| undefined`. */
  function bareType(member: ts.Symbol): ts.Type {
    const declaration = member.declarations?.[0];
    if (!declaration) throw new Error(`${member.name} has no declaration`);
    const node = (declaration as ts.PropertySignature).type;
    if (!node) throw new Error(`${member.name} has no type`);
    return checker.getTypeFromTypeNode(unwrapped(node));
  }

  function fieldOf(input: ts.Type | undefined, output: ts.Type | undefined): Field {
    const type = bare(input ?? output);
    const other = input && output ? bare(output) : undefined;
    if (!type) return { type: "any" };
    if (type.flags & ts.TypeFlags.StringLike) return { type: "string" };
    if (type.flags & ts.TypeFlags.NumberLike) return { type: "number" };
    if (type.flags & ts.TypeFlags.BooleanLike) return { type: "boolean" };
    if (type.isUnion() || type.flags & ts.TypeFlags.Any) return { type: "any" };
    const item = itemOf(type);
    if (item) return { type: "list", items: fieldOf(...pair(item, other && itemOf(other))) };
    const index = type.getStringIndexType();
    if (index) return { type: "map", items: fieldOf(...pair(index, other?.getStringIndexType())) };
    const nested = input ? merged(membersOf(type), other ? membersOf(other) : []) : merged([], membersOf(type));
    return { type: "object", fields: nested };

    function pair(mine: ts.Type, theirs: ts.Type | undefined): [ts.Type | undefined, ts.Type | undefined] {
      return input ? [mine, theirs] : [undefined, mine];
    }
  }

  function itemOf(type: ts.Type): ts.Type | undefined {
    return checker.isArrayType(type) ? checker.getTypeArguments(type as ts.TypeReference)[0] : undefined;
  }

  /** Takes `Input<T>` apart, which the checker has expanded to `T | Promise<T> | OutputInstance<T>`. */
  function bare(type: ts.Type | undefined): ts.Type | undefined {
    if (!type?.isUnion()) return type;
    const parts = type.types.filter(
      (part) => !(part.flags & ts.TypeFlags.Undefined) && !["Promise", "OutputInstance"].includes(nameOf(part)),
    );
    if (parts.every((part) => part.flags & ts.TypeFlags.BooleanLiteral)) return checker.getBooleanType();
    return parts.length === 1 ? parts[0] : type;
  }

  function nameOf(type: ts.Type): string {
    return type.symbol?.name ?? "";
  }
}

/** Marks the outputs that the package's own code always declares secret. */
function withSecrets(name: string, shape: Shape): Shape {
  const code = readFileSync(fileOf(name).replace(/\.d\.ts$/, ".js"), "utf8");
  const list = /additionalSecretOutputs: \[([^\]]*)\]/.exec(code)?.[1] ?? "";
  const secret = new Set([...list.matchAll(/"(\w+)"/g)].map(([, output]) => output));
  return Object.fromEntries(
    Object.entries(shape).map(([key, field]) => [key, secret.has(key) ? { ...field, secret: true } : field]),
  );
}

function unwrapped(node: ts.TypeNode): ts.TypeNode {
  if (ts.isUnionTypeNode(node)) {
    const kept = node.types.filter((part) => part.kind !== ts.SyntaxKind.UndefinedKeyword);
    return kept.length === 1 && kept[0] ? unwrapped(kept[0]) : node;
  }
  if (!ts.isTypeReferenceNode(node)) return node;
  const argument = node.typeArguments?.[0];
  return argument && /(^|\.)(Input|Output)$/.test(node.typeName.getText()) ? unwrapped(argument) : node;
}

function isProperty(member: ts.Symbol): boolean {
  return (member.flags & ts.SymbolFlags.Property) !== 0;
}

if (import.meta.main) {
  const { shapes, unresolved } = deriveShapes();
  writeFileSync(new URL("shapes.json", import.meta.url), `${JSON.stringify(shapes, null, 2)}\n`);
  if (unresolved.length > 0) console.error(`Names taken as snake case, unknown to the SDK:\n${unresolved.join("\n")}`);
}
