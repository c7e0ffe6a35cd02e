import type { Current, Found, Operation } from "../../kit/definition.ts";
import type { Shape } from "../../kit/shape.ts";
import { isJsonMap, type Json, type JsonMap } from "../../kit/value.ts";
import type { Api } from "../api/api.ts";
import { decode } from "../codec.ts";
import { fillPath } from "../path.ts";
import { ifPresent } from "../rest.ts";
import { readBindings } from "./bindings.ts";
import { sha256 } from "./source.ts";

/**
 * Reads a script as the official plugin does: the service with its script, the settings, the code.
 * Settings that the API does not return (migrations, what to keep) stay as the state has them.
 */
export async function readScript(
  current: Current,
  operation: Operation<Api>,
  shape: Shape,
): Promise<Found | undefined> {
  const { state, id } = current;
  const properties = { ...state, scriptName: state.scriptName ?? id };
  const get = (template: string) =>
    ifPresent(() =>
      operation.client.call({ method: "GET", path: fillPath(template, properties), signal: operation.signal }),
    );
  const service = await get("/accounts/{accountId}/workers/services/{scriptName}");
  if (service === undefined) return undefined;
  const settings = await get("/accounts/{accountId}/workers/scripts/{scriptName}/settings");
  if (settings === undefined) return undefined;
  const outputs: JsonMap = {
    id: String(properties.scriptName),
    scriptName: String(properties.scriptName),
    ...decode(scriptOf(service), shape),
    ...settingsOf(settings, shape, state),
    ...codeOf(await readCode(properties, operation), state),
  };
  outputs.bindings = readBindings(outputs.bindings, state);
  return { id: String(properties.scriptName), outputs };
}

function scriptOf(service: Json): JsonMap {
  const environment = isJsonMap(service) ? service.default_environment : undefined;
  const script = isJsonMap(environment) ? environment.script : undefined;
  return isJsonMap(script) ? script : {};
}

/** A script or its settings in Pulumi's names. An empty placement is how the API says that there is none. */
export function decodeScript(answer: Json, shape: Shape): JsonMap {
  const decoded = isJsonMap(answer) ? decode(answer, shape) : {};
  const { placement } = decoded;
  const isEmpty = isJsonMap(placement) && Object.keys(placement).length === 0;
  return isEmpty ? { ...decoded, placement: null } : decoded;
}

/** Settings as far as they can be drift: annotations that the program did not make are Cloudflare's note on who uploaded. */
function settingsOf(settings: Json, shape: Shape, state: JsonMap): JsonMap {
  const { annotations, ...decoded } = decodeScript(settings, shape);
  const own = isJsonMap(annotations) && isJsonMap(state.annotations) ? pick(annotations, state.annotations) : undefined;
  return {
    ...decoded,
    ...(own === undefined ? {} : { annotations: own }),
  };
}

function pick(values: JsonMap, names: JsonMap): JsonMap {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in names));
}

/** Where the state knows the code by its hash, a change shows as another hash; where it holds the code, as other code. */
function codeOf(code: Uint8Array | undefined, state: JsonMap): JsonMap {
  if (code === undefined) return {};
  if (typeof state.contentFile === "string") return { contentSha256: sha256(code) };
  return state.content === undefined ? {} : { content: Buffer.from(code).toString("utf8") };
}

async function readCode(properties: JsonMap, operation: Operation<Api>): Promise<Uint8Array | undefined> {
  const path = fillPath("/accounts/{accountId}/workers/scripts/{scriptName}/content/v2", properties);
  const response = await ifPresent(() => operation.client.raw({ method: "GET", path, signal: operation.signal }));
  if (response === undefined) return undefined;
  const isForm = response.headers.get("content-type")?.startsWith("multipart/form-data") ?? false;
  if (!isForm) return new Uint8Array(await response.arrayBuffer());
  const parts = [...(await response.formData()).entries()];
  const main = parts.find(([name]) => name === properties.mainModule) ?? parts[0];
  if (main === undefined) return undefined;
  const content = main[1];
  return typeof content === "string" ? Buffer.from(content) : new Uint8Array(await content.arrayBuffer());
}
