import { idOf, type SchemaDescription, type SchemaObject } from "./schema-object.ts";

/** Objects that are made or dropped together, e.g. a table with its columns. */
export interface Group {
  id: string;
  members: SchemaObject[];
}

/**
 * Groups the objects and sorts the groups so that each comes after what its members need, directly or through others of the
 * same schema. A circle is cut where it is met.
 * @param groupOf id of the group an object belongs to
 */
export function ordered(
  objects: readonly SchemaObject[],
  schema: SchemaDescription["objects"],
  groupOf: (object: SchemaObject) => string,
): Group[] {
  const groups = new Map<string, Group>();
  const groupByObject = new Map<string, Group>();
  for (const object of objects) {
    const id = groupOf(object);
    const group = groups.get(id) ?? { id, members: [] };
    group.members.push(object);
    groups.set(id, group);
    groupByObject.set(idOf(object), group);
  }
  const done = new Set<Group | string>();
  const sorted: Group[] = [];
  const visit = (group: Group): void => {
    if (done.has(group)) return;
    done.add(group);
    for (const id of group.members.flatMap(({ needs }) => needs)) visitObject(id);
    sorted.push(group);
  };
  const visitObject = (id: string): void => {
    const group = groupByObject.get(id);
    if (group) visit(group);
    if (group || done.has(id)) return;
    done.add(id);
    for (const need of schema[id]?.needs ?? []) visitObject(need);
  };
  for (const group of groups.values()) visit(group);
  return sorted;
}
