import { findAgain } from "./again.ts";
import { type Comparison, compare } from "./compare.ts";
import { changeLoses, removalLoses } from "./data-loss.ts";
import { type ColumnData, columnText } from "./kinds/columns.ts";
import { kindOf, kinds } from "./kinds/index.ts";
import { createTable } from "./kinds/tables.ts";
import { type Group, ordered } from "./order.ts";
import { idOf, relationIds, type SchemaDescription, type SchemaObject } from "./schema-object.ts";

export interface PushStatement {
  sql: string;
  /** Name of what is lost by this statement, e.g. `public.ledger.note`. */
  loses?: string;
  /** To be committed before the next statement: Postgres refuses to use a new enum value earlier. */
  commit?: true;
}

export interface PushPlan {
  /** In order; the runs between commits belong into one transaction each. */
  statements: PushStatement[];
  /** Differences that no statement here settles, in words; if there are any, the result will not be `to`. */
  unsupported: string[];
}

/** The statements that make `to` out of a database described by `from`, which was described with the same options. */
export function planPush(from: SchemaDescription, to: SchemaDescription): PushPlan {
  const comparison = compare(from, to);
  const { added, removed, changed } = comparison;
  const { ids: again, unsupported } = findAgain(from, comparison);
  const early = [...again].flatMap((id) => from.objects[id] ?? []);
  const late = [...removed.values()].filter((object) => !again.has(idOf(object)));
  const waits = (object: SchemaObject) => kindOf(object).dropsLate || tableOf(object, removed) !== undefined;
  const first = late.filter((object) => !waits(object));
  const last = late.filter(waits);
  const made = [...again].flatMap((id) => to.objects[id] ?? []);
  const altered = [...changed].filter(([id]) => !again.has(id)).map(([, { to: after }]) => after);
  const drops = (objects: SchemaObject[]) => {
    const together = new Map(objects.map((object) => [idOf(object), object]));
    return ordered(objects, from.objects, (object) => tableOf(object, together) ?? idOf(object))
      .toReversed()
      .flatMap((group) => dropped(group, comparison, again));
  };
  const creations = new Map([...added, ...made.map((object) => [idOf(object), object] as const)]);
  const steps = ordered(byKind([...creations.values(), ...altered]), to.objects, (object) =>
    groupOf(object, creations),
  ).flatMap((group) => created(group, creations, changed));
  // The sequence of an identity may have the name of one that is made, as when an identity becomes a serial.
  const freesName = ({ sql }: PushStatement) => sql.endsWith(" DROP IDENTITY");
  return {
    statements: [
      ...steps.filter(({ commit }) => commit),
      ...(steps.some(({ sql }) => /^CREATE OR REPLACE/.test(sql))
        ? [{ sql: "SET LOCAL check_function_bodies = off" }]
        : []),
      ...drops([...early, ...first]),
      ...steps.filter(freesName),
      ...steps.filter((step) => !step.commit && !freesName(step)),
      ...drops(last),
    ],
    unsupported,
  };
}

function byKind(objects: SchemaObject[]): SchemaObject[] {
  return objects.toSorted((a, b) => kinds.indexOf(kindOf(a)) - kinds.indexOf(kindOf(b)));
}

/** The table among `changes` that a column, or its default, comes and goes with. */
function tableOf({ kind, data }: SchemaObject, changes: ReadonlyMap<string, SchemaObject>): string | undefined {
  const table = `table ${data.table}`;
  return (kind === "column" || kind === "default") && changes.has(table) ? table : undefined;
}

function groupOf(object: SchemaObject, creations: ReadonlyMap<string, SchemaObject>): string {
  const column = `column ${object.name}`;
  const withColumn = object.kind === "default" && creations.has(column) && creations.has(idOf(object));
  return tableOf(object, creations) ?? (withColumn ? column : idOf(object));
}

function created(
  { id, members }: Group,
  creations: ReadonlyMap<string, SchemaObject>,
  changed: Comparison["changed"],
): PushStatement[] {
  const main = members.find((member) => idOf(member) === id) ?? members[0];
  if (!main) return [];
  const change = changed.get(id);
  if (!creations.has(id) && change) {
    const statements = kindOf(main).alter(change.from, change.to);
    if (!Array.isArray(statements)) return [];
    const loses = changeLoses(change.from, change.to) ? { loses: main.name } : {};
    const commit = main.kind === "enum" ? { commit: true as const } : {};
    return statements.map((sql) => ({ sql, ...loses, ...commit }));
  }
  const columns = members.filter(({ kind }) => kind === "column");
  const text = (column: SchemaObject) =>
    columnText(column as unknown as SchemaObject<ColumnData>, defaultOf(column, members));
  if (main.kind === "table") return createTable(main, columns.map(text)).map((sql) => ({ sql }));
  if (main.kind === "column") return [{ sql: `ALTER TABLE ${main.data.table} ADD COLUMN ${text(main)}` }];
  return kindOf(main)
    .create(main)
    .map((sql) => ({ sql }));
}

function defaultOf(column: SchemaObject, members: readonly SchemaObject[]): string | undefined {
  const found = members.find(({ kind, name }) => kind === "default" && name === column.name);
  return found && `${found.data.expression}`;
}

function dropped({ id, members }: Group, comparison: Comparison, again: ReadonlySet<string>): PushStatement[] {
  const { removed, changed } = comparison;
  const object = members.find((member) => idOf(member) === id);
  if (!object || goesAlong(object, (other) => removed.has(other) || again.has(other), removed)) return [];
  const change = changed.get(id);
  const loses = change ? changeLoses(change.from, change.to) : removed.has(id) && removalLoses(object, comparison);
  return kindOf(object)
    .drop(object)
    .map((sql) => ({ sql, ...(loses ? { loses: object.name } : {}) }));
}

/** Whether an object disappears by itself with what it is on, and nothing else that is dropped waits for it. */
function goesAlong(object: SchemaObject, isDropped: (id: string) => boolean, removed: Comparison["removed"]): boolean {
  const { kind, needs, data } = object;
  if (kind === "comment" || kind === "grant") return needs.some((id) => isDropped(id) && !id.startsWith("grant "));
  if (!["constraint", "index", "trigger", "policy", "default"].includes(kind)) return false;
  const relation = relationIds(data.table).find((id) => removed.has(id));
  if (relation === undefined) return false;
  return needs.filter(isDropped).every((id) => id === relation || id.startsWith(`column ${data.table}.`));
}
