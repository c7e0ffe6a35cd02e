import type { Node } from "../../kit/graph.ts";
import { isRecord, unknown, type Value } from "../../kit/value.ts";
import { urnOf } from "../node.ts";
import { courtStack } from "../stacks/court.ts";
import { appStack, coreStack, dossierStack } from "../stacks/families.ts";

export const families = { core: coreStack, court: courtStack, dossier: dossierStack, app: appStack };

/** A stack that breaks one rule, and is clean but for that. */
export interface Mutant {
  rule: string;
  /** What was changed. */
  name: string;
  nodes: () => readonly Node[];
  /** Whether the rule may say that it cannot tell; otherwise it has to fail. */
  open?: boolean;
}

type Edit = (node: Node, nodes: readonly Node[]) => Partial<Node> | undefined;

/** Where a property is: a name, the place in a list, or `@X` for the entry of a list that is named X. */
type Path = readonly (string | number)[];

/** The mutants of one rule in one family's stack. */
export function mutantsOf(rule: string, family: keyof typeof families, { preview = false } = {}) {
  const made: Mutant[] = [];
  const add = (name: string, change: (nodes: readonly Node[]) => readonly Node[], open = false) =>
    made.push({
      rule: `${rule}`,
      name: `${family}: ${name}`,
      nodes: () => change(families[family]({ preview })),
      open,
    });

  const mutants = {
    made,
    /** Resources of this name are not there. */
    without(name: string | RegExp) {
      add(`no ${name}`, (nodes) => nodes.filter((node) => !matches(node, name)));
      return mutants;
    },
    /** Resources are another way; also after they were renamed, and after they had another name. */
    edited(at: string | RegExp, what: string, edit: Edit, { open = false } = {}) {
      add(`${at}: ${what}`, (nodes) => changed(nodes, at, edit), open);
      add(`${at}, renamed: ${what}`, (nodes) => renamed(changed(nodes, at, edit), at), open);
      add(`${at}, aliased: ${what}`, (nodes) => aliased(changed(nodes, at, edit), at), open);
      return mutants;
    },
    /** A property has each of these values, is not there, and is not known; the first value also after a change of the name. */
    property(
      at: string | RegExp,
      path: Path,
      values: readonly Value[],
      { absent = true, hidden = true, literal = false } = {},
    ) {
      const shown = path.join(".");
      const [first] = values;
      if (first !== undefined)
        mutants.edited(at, `${shown} is ${show(first)}`, (node) => ({ props: put(node, path, first) }));
      for (const value of values.slice(1))
        add(
          `${at}: ${shown} is ${show(value)}`,
          (nodes) => changed(nodes, at, (node) => ({ props: put(node, path, value) })),
          literal,
        );
      if (absent)
        add(`${at}: ${shown} is left out`, (nodes) =>
          changed(nodes, at, (node) => ({ props: put(node, path, undefined) })),
        );
      if (hidden) add(`${at}: ${shown} is not known`, (nodes) => changed(nodes, at, hide(path)), true);
      return mutants;
    },
  };
  return mutants;
}

function show(value: Value): string {
  return JSON.stringify(value) ?? "unknown";
}

const matches = (node: Node, at: string | RegExp) => (typeof at === "string" ? node.name === at : at.test(node.name));

function changed(nodes: readonly Node[], at: string | RegExp, edit: Edit): readonly Node[] {
  if (!nodes.some((node) => matches(node, at))) throw new Error(`no resource is ${at}`);
  return nodes.map((node) => (matches(node, at) ? { ...node, ...edit(node, nodes) } : node));
}

/** Without an edge that would say what it is. */
function hide(path: Path): Edit {
  return (node) => ({
    props: put(node, path, unknown),
    propertyDependencies: { ...node.propertyDependencies, [String(path[0])]: [] },
  });
}

function put(node: Node, path: Path, value: Value | undefined): Readonly<Record<string, Value>> {
  return within(node.props, path, value) as Readonly<Record<string, Value>>;
}

function within(from: Value | undefined, [key, ...rest]: Path, value: Value | undefined): Value | undefined {
  if (key === undefined) return value;
  if (Array.isArray(from)) {
    const list = from as readonly Value[];
    const index =
      typeof key === "number" ? key : list.findIndex((entry) => isRecord(entry) && `@${String(entry.name)}` === key);
    if (index < 0) throw new Error(`no entry is ${key}`);
    return list.flatMap((entry, place) => (place === index ? (within(entry, rest, value) ?? []) : [entry]));
  }
  const fields = isRecord(from) ? from : {};
  const { [key]: before, ...others } = fields;
  const after = within(before, rest, value);
  if (after === undefined) return others;
  const all: Record<string, Value> = { ...others };
  all[key] = after;
  return all;
}

/** Everything that names the resource by its URN goes on doing so. */
function renamed(nodes: readonly Node[], at: string | RegExp): readonly Node[] {
  const urns = new Map(
    nodes.filter((node) => matches(node, at)).map(({ urn, type, name }) => [urn, urnOf(type, `${name}-new`)]),
  );
  const now = (urn: string) => urns.get(urn) ?? urn;
  return nodes.map((node) => ({
    ...node,
    name: urns.has(node.urn) ? `${node.name}-new` : node.name,
    urn: now(node.urn),
    ...(node.parent !== undefined && { parent: now(node.parent) }),
    dependencies: node.dependencies.map(now),
    propertyDependencies: Object.fromEntries(
      Object.entries(node.propertyDependencies).map(([key, found]) => [key, found.map(now)]),
    ),
  }));
}

function aliased(nodes: readonly Node[], at: string | RegExp): readonly Node[] {
  return nodes.map((node) =>
    matches(node, at)
      ? {
          ...node,
          options: { ...node.options, aliases: [...node.options.aliases, urnOf(node.type, `${node.name}-old`)] },
        }
      : node,
  );
}

/** The URN of the resource of this name. */
export function urnIn(nodes: readonly Node[], name: string): string {
  const found = nodes.find((node) => node.name === name);
  if (found === undefined) throw new Error(`no resource is ${name}`);
  return found.urn;
}

/** A property comes from another resource, and the plan does not know its value. */
export function from(path: Path, source: string): Edit {
  return (node, nodes) => ({
    props: put(node, path, unknown),
    propertyDependencies: { ...node.propertyDependencies, [String(path[0])]: [urnIn(nodes, source)] },
  });
}

export function options(change: Partial<Node["options"]>): Edit {
  return (node) => ({ options: { ...node.options, ...change } });
}
