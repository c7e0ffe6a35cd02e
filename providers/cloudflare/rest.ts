import type { Current, Operation, ResourceDefinition } from "../kit/definition.ts";
import { isJsonMap, type Json, type JsonMap } from "../kit/value.ts";
import type { Api, ApiRequest, Method } from "./api/api.ts";
import { ApiFailure } from "./api/failure.ts";
import { decode, encode } from "./codec.ts";
import { shapeOf, type TypeName } from "./shapes.ts";

/** How a type maps to the API. Paths are templates over its properties; what a path names is left out of bodies. */
export interface Rest {
  readonly type: TypeName;
  /** The create request: `POST /accounts/{accountId}/queues`. */
  readonly create: `${Method} ${string}`;
  /** The resource's own address, for GET and DELETE. */
  readonly item: string;
  /** How an update is sent to `item`, or a request line of its own; without it every change replaces. */
  readonly update?: "PUT" | "PATCH" | `${Method} ${string}`;
  /** Where the answer holds the resource's id, in the API's name; a property that names the resource may stand for it. */
  readonly id?: { readonly answer: string } | { readonly property: string } | { readonly constant: string };
  /** Whether a delete asks the API for anything. The official plugin leaves some settings as they are. */
  readonly keepOnDelete?: boolean;
  /** Whether there is nothing to read, so that a refresh believes the state. */
  readonly unreadable?: boolean;
  readonly replace?: readonly string[];
  readonly secret?: readonly string[];
  readonly uniqueBy?: readonly string[];
  readonly importIds: readonly string[];
  /** Body members that are sent even when the program sets nothing, in the API's names. */
  readonly defaults?: JsonMap;
  /** Values that an omitted property has, in Pulumi's names; stored as outputs. */
  readonly assumed?: JsonMap;
  readonly headers?: (properties: JsonMap) => Record<string, string>;
  /** Last change of a body before it is sent. */
  readonly toBody?: (body: JsonMap, inputs: JsonMap) => Json;
  /** First change of an answer before it is decoded. */
  readonly fromAnswer?: (answer: Json, properties: JsonMap) => JsonMap;
  /** Overrides of single operations. */
  readonly overrides?: Partial<Omit<ResourceDefinition<Api>, "shape">>;
  /** A create that sets instead of making, so that it may be sent again. */
  readonly repeatable?: boolean;
}

/** Makes a resource definition out of its table entry. */
export function rest(spec: Rest): ResourceDefinition<Api> {
  const { replace, secret, uniqueBy, importIds } = spec;
  const shape = shapeOf(spec.type, { ...(replace ? { replace } : {}), ...(secret ? { secret } : {}) });
  const inPath = new Set([...slots(spec.create), ...slots(spec.item)]);

  function bodyOf(inputs: JsonMap): Json {
    const free = Object.fromEntries(Object.entries(inputs).filter(([name]) => !inPath.has(name)));
    const body = { ...spec.defaults, ...encode(free, shape) };
    return spec.toBody ? spec.toBody(body, inputs) : body;
  }

  function outputsOf(answer: Json, properties: JsonMap): JsonMap {
    const fields = spec.fromAnswer ? spec.fromAnswer(answer, properties) : isJsonMap(answer) ? answer : {};
    return { ...spec.assumed, ...decode(fields, shape) };
  }

  function idOf(answer: Json, properties: JsonMap): string {
    const id = spec.id ?? { answer: "id" };
    if ("constant" in id) return id.constant;
    if ("property" in id) return String(properties[id.property]);
    const found = isJsonMap(answer) ? answer[id.answer] : undefined;
    if (found === undefined || found === null) {
      throw new Error(`The API's answer to the creation of a ${spec.type} has no ${id.answer}.`);
    }
    return String(found);
  }

  function send(line: string, properties: JsonMap, operation: Operation<Api>, body?: Json): Promise<Json> {
    return operation.client.call(requestFor(spec, line, properties, operation.signal, body));
  }

  const update = spec.update;
  const definition: ResourceDefinition<Api> = {
    shape,
    importIds,
    ...(uniqueBy ? { uniqueBy } : {}),
    create: async (inputs, operation) => {
      const answer = await send(spec.create, inputs, operation, bodyOf(inputs));
      return { id: idOf(answer, inputs), outputs: outputsOf(answer, inputs) };
    },
    ...(spec.unreadable === true
      ? {}
      : {
          read: async ({ id, state }, operation) => {
            const properties = { ...state, id };
            const answer = await ifPresent(() => send(`GET ${spec.item}`, properties, operation));
            return answer === undefined ? undefined : { id, outputs: outputsOf(answer, properties) };
          },
        }),
    ...(update === undefined
      ? {}
      : {
          update: async (inputs, { id, state }, operation) => {
            const line = update.includes(" ") ? update : `${update} ${spec.item}`;
            const properties = { ...state, ...inputs, id };
            const answer = await send(line, properties, operation, bodyOf(inputs));
            return outputsOf(answer, properties);
          },
        }),
    ...(spec.keepOnDelete === true ? {} : { delete: (current, operation) => remove(spec, current, operation) }),
  };
  return { ...definition, ...spec.overrides };
}

/** A request line with its slots filled from properties, each percent-encoded. */
export function requestFor(
  spec: Pick<Rest, "headers" | "repeatable">,
  line: string,
  properties: JsonMap,
  signal: AbortSignal,
  body?: Json | Uint8Array,
): ApiRequest {
  const [method = "GET", template = ""] = line.split(" ");
  const headers = spec.headers?.(properties);
  return {
    method: method as Method,
    path: fillPath(template, properties),
    signal,
    ...(body === undefined ? {} : { body }),
    ...(headers ? { headers } : {}),
    ...(spec.repeatable === undefined ? {} : { repeatable: spec.repeatable }),
  };
}

/** `{scope}` stands for `accounts/<id>` or `zones/<id>`, whichever the resource belongs to. */
export function fillPath(template: string, properties: JsonMap): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (name === "scope") {
      return properties.zoneId === undefined
        ? `accounts/${encodeURIComponent(String(properties.accountId))}`
        : `zones/${encodeURIComponent(String(properties.zoneId))}`;
    }
    const value = properties[name];
    if (value === undefined || value === null) throw new Error(`A path needs ${name}, which is not known: ${template}`);
    return encodeURIComponent(String(value));
  });
}

function slots(template: string): string[] {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  return names.flatMap((name) => (name === "scope" ? ["accountId", "zoneId"] : [name]));
}

/** Runs a read; undefined when the API says 404. */
export async function ifPresent<Answer>(read: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 404) return undefined;
    throw error;
  }
}

/** Deletes at `item`. A 404 is an error, as in the official plugin: a refresh tells the state first what is gone. */
export async function remove(spec: Pick<Rest, "item" | "headers">, current: Current, operation: Operation<Api>) {
  const properties = { ...current.state, id: current.id };
  await operation.client.call(requestFor(spec, `DELETE ${spec.item}`, properties, operation.signal));
}
