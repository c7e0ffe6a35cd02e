import type { DesiredState } from "../types.ts";

/** The secret values that Workers are given. */
export function* secretsOf(state: DesiredState): Iterable<string> {
  for (const { spec } of state.scripts.flatMap(({ versions }) => versions)) {
    for (const { type, text, value, origin } of spec.bindings) {
      if (type === "secret_text" && typeof text === "string") yield text;
      if (type === "secrets_store_secret" && typeof value === "string") yield value;
      if (type === "hyperdrive" && typeof origin === "object" && origin !== null && "password" in origin)
        yield String(origin.password);
    }
  }
}
