import type { Shape } from "./shape.ts";
import { isMap, Secret, type Value, type ValueMap } from "./value.ts";

/** Keys that the engine keeps among a provider's arguments for itself. */
const engineKeys = new Set(["version", "pluginDownloadURL", "pluginChecksums", "__internal"]);

/** A provider's arguments in their true types: SDKs send everything but strings as JSON text. */
export function decodeConfig(config: ValueMap, shape: Shape): ValueMap {
  const own = Object.entries(config).filter(([name]) => !engineKeys.has(name));
  return Object.fromEntries(
    own.map(([name, value]) => [name, shape[name]?.type === "string" ? value : parsed(value)] as const),
  );
}

function parsed(value: Value): Value {
  if (value instanceof Secret) return new Secret(parsed(value.value));
  if (typeof value !== "string") return value;
  try {
    const json: Value = JSON.parse(value);
    return typeof json === "object" && !Array.isArray(json) && !isMap(json) ? value : json;
  } catch {
    return value;
  }
}
