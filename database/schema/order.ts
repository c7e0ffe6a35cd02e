import { idOf, type SchemaObject } from "./schema-object.ts";

/** Objects that are made or dropped together, e.g. a table with its columns. */
export interface Group {
  id: string;
  members: SchemaObject[];
}

/**
 * Groups the objects and sorts the groups so that each comes after what its members need. A circle is cut where it is met.
 * @param groupOf id of the group an object belongs to
 */
export function ordered(objects: readonly SchemaObject[], groupOf: (object: SchemaObject) => string): Group[] {
  const groups = new Map<string, Group>();
  const groupByObject = new Map<string, Group>();
  for (const object of objects) {
    const id = groupOf(object);
    const group = groups.get(id) ?? { id, members: [] };
    group.members.push(object);
    groups.set(id, group);
    groupByObject.set(idOf(object), group);
  }
  const done = new Set<Group>();
  const sorted: Group[] = [];
  const visit = (group: Group): void => {
    if (done.has(group)) return;
    done.add(group);
    for (const need of group.members.flatMap(({ needs }) => needs)) {
      const before = groupByObject.get(need);
      if (before) visit(before);
    }
    sorted.push(group);
  };
  for (const group of groups.values()) visit(group);
  return sorted;
}
