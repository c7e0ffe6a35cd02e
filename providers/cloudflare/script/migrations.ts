import { isJsonMap, type JsonMap } from "../../kit/value.ts";

/**
 * The migrations to send with an upload: none when the script already has their tag, since Cloudflare refuses a migration
 * that was applied, and with the script's present tag as `oldTag` when it has another one.
 */
export function dueMigrations(inputs: JsonMap, state: JsonMap): JsonMap | undefined {
  const asked = inputs.migrations;
  if (!isJsonMap(asked)) return undefined;
  const present = presentTag(state);
  if (present === undefined) return asked;
  if (asked.newTag === present) return undefined;
  return { oldTag: present, ...asked };
}

/** The tag of the last migration that was applied. */
export function presentTag(state: JsonMap): string | undefined {
  if (typeof state.migrationTag === "string") return state.migrationTag;
  const stored = state.migrations;
  return isJsonMap(stored) && typeof stored.newTag === "string" ? stored.newTag : undefined;
}
