import { describeHolder } from "./lock.ts";
import type { MigrationEvent } from "./migrate.ts";

/** One line of progress for people; nothing for what only a machine counts. */
export function describeEvent(event: MigrationEvent): string | undefined {
  switch (event.kind) {
    case "waiting":
      return `waiting for another run: ${describeHolder(event.holder)}`;
    case "started":
      return `applying ${event.name}`;
    case "applied":
      return `applied ${event.name}`;
    case "retrying":
      return `trying ${event.name} again: ${event.reason}`;
    case "reconnecting":
      return `the connection was lost, connecting again: ${event.reason}`;
    case "statement":
      return undefined;
  }
}
