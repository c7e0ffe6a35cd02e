import type { Operation, ResourceDefinition } from "../kit/definition.ts";
import type { Shape } from "../kit/shape.ts";
import { isJsonMap, type Json, type JsonMap, sameValue } from "../kit/value.ts";
import type { Api, ApiRequest, Method } from "./api/api.ts";
import { ApiFailure } from "./api/failure.ts";
import { decode, encode } from "./codec.ts";
import { fillPath, pathSlots } from "./path.ts";
import { shapeOf, type TypeName } from "./shapes.ts";

/** How a type maps to the API. Paths are templates over its properties; what a request's path names is left out of its body. */
export interface Rest {
  readonly type: TypeName;
  /** The create request: `POST /accounts/{accountId}/queues`. */
  readonly create: `${Method} ${string}`;
  /** The resource's own address, for GET and DELETE. */
  readonly item: string;
  /** How an update is sent to `item`, or a request line of its own; without it every change replaces. */
  readonly update?: "PUT" | "PATCH" | `${Method} ${string}`;
  /**
   * Where the resource's id comes from: a member of the answer (`id` unless said otherwise), a property that names it, or
   * `missing ID`, which the official plugin stores where the API has none.
   */
  readonly id?: { readonly answer: string } | { readonly property: string } | "missing ID";
  /** The property stored as output `id`, where that is not the resource's id. */
  readonly idOutput?: string;
  /** A delete asks the API for nothing: the official plugin leaves these settings as they are. */
  readonly keepOnDelete?: boolean;
  /** There is nothing to read: a refresh believes the state. */
  readonly unreadable?: boolean;
  /** Query of the read. */
  readonly readQuery?: string;
  readonly replace?: readonly string[];
  readonly uniqueBy?: readonly string[];
  /** None where the official plugin cannot import either. */
  readonly importIds: readonly string[];
  /** Properties that are in neither path nor body. */
  readonly outside?: readonly string[];
  /** Paths of what the API takes and never truly gives back; the state's values are kept. */
  readonly writeOnly?: readonly (readonly string[])[];
  /** Body members that are sent even when the program sets nothing, in the API's names. */
  readonly defaults?: JsonMap;
  /** Outputs where the API says nothing, in Pulumi's names. */
  readonly assumed?: JsonMap;
  readonly headers?: (properties: JsonMap) => Record<string, string>;
  /** Last change of a body before it is sent. */
  readonly toBody?: (body: JsonMap, inputs: JsonMap) => Json;
  /** The create takes a list: the body is sent as its one item. */
  readonly createsList?: boolean;
  /** First change of an answer before it is decoded. */
  readonly fromAnswer?: (answer: Json, properties: JsonMap) => JsonMap;
  /** The create sets instead of making, so that it may be sent again. */
  readonly repeatable?: boolean;
  /** Operations that go another way. */
  readonly overrides?: Partial<Omit<ResourceDefinition<Api>, "shape">>;
}

/** Makes a resource definition out of its table entry. */
export function rest(spec: Rest): ResourceDefinition<Api> {
  const { id: idField, ...fields } = shapeOf(spec.type, spec.replace);
  const shape: Shape = spec.id === "missing ID" || !idField ? fields : { ...fields, id: idField };

  /** What the request's path does not already say. */
  function bodyOf(line: string, inputs: JsonMap): Json {
    const outside = new Set([...pathSlots(line), ...(spec.outside ?? [])]);
    const inBody = Object.fromEntries(Object.entries(inputs).filter(([name]) => !outside.has(name)));
    const body = { ...spec.defaults, ...encode(inBody, shape) };
    return spec.toBody ? spec.toBody(body, inputs) : body;
  }

  function membersOf(answer: Json, properties: JsonMap): JsonMap {
    if (spec.fromAnswer) return spec.fromAnswer(answer, properties);
    return isJsonMap(answer) ? answer : {};
  }

  function outputsOf(id: string, members: JsonMap, properties: JsonMap): JsonMap {
    const outputs = (spec.writeOnly ?? []).reduce(without, decode(members, shape));
    const shown = spec.idOutput === undefined ? id : (properties[spec.idOutput] ?? id);
    return { ...spec.assumed, ...outputs, ...("id" in shape ? { id: shown } : {}) };
  }

  /** The id after a create, or after a read by what an import named. */
  function idOf(members: JsonMap, properties: JsonMap): string {
    const source = spec.id ?? { answer: "id" };
    if (source === "missing ID") return source;
    const holder = "property" in source ? properties : members;
    const found = holder["property" in source ? source.property : source.answer];
    if (found !== undefined && found !== null) return String(found);
    throw new Error(`The API's answer for a ${spec.type} does not name its id.`);
  }

  function send(line: string, properties: JsonMap, { client, signal }: Operation<Api>, body?: Json): Promise<Json> {
    return client.call(requestFor(spec, line, properties, signal, body));
  }

  const { update } = spec;
  const definition: ResourceDefinition<Api> = {
    shape,
    importIds: spec.importIds,
    ...(spec.uniqueBy ? { uniqueBy: spec.uniqueBy } : {}),
    create: async (inputs, operation) => {
      const item = bodyOf(spec.create, inputs);
      const body = spec.createsList === true ? [item] : item;
      const members = membersOf(await send(spec.create, inputs, operation, body), inputs);
      const id = idOf(members, inputs);
      return { id, outputs: outputsOf(id, members, inputs) };
    },
    ...(spec.unreadable === true
      ? {}
      : {
          read: async ({ id, state, inputs }, operation) => {
            const properties = { ...inputs, ...state, id };
            const line = `GET ${spec.item}${spec.readQuery ?? ""}`;
            const answer = await ifPresent(() => send(line, properties, operation));
            if (answer === undefined) return undefined;
            const members = membersOf(answer, properties);
            const isNamed = spec.id !== undefined && spec.id !== "missing ID" && "property" in spec.id;
            const found = isNamed ? idOf(members, properties) : id;
            return { id: found, outputs: outputsOf(found, members, properties) };
          },
        }),
    ...(update === undefined
      ? {}
      : {
          update: async (inputs, { id, state, inputs: before }, operation) => {
            const line = update.includes(" ") ? update : `${update} ${spec.item}`;
            const properties = { ...state, ...inputs, id };
            const sent = line.startsWith("PATCH") ? changed(before, inputs) : inputs;
            const answer = await send(line, properties, operation, bodyOf(line, sent));
            return outputsOf(id, membersOf(answer, properties), properties);
          },
        }),
    ...(spec.keepOnDelete === true
      ? {}
      : {
          // A 404 is an error, as in the official plugin: a refresh tells the state first what is gone.
          delete: async ({ id, state }, operation) => {
            await send(`DELETE ${spec.item}`, { ...state, id }, operation);
          },
        }),
  };
  return { ...definition, ...spec.overrides };
}

/** A request for a line such as `PUT /zones/{zoneId}/rulesets/{id}`, its slots filled from properties. */
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

/** Runs a read; undefined when the API says 404. */
export async function ifPresent<Answer>(read: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 404) return undefined;
    throw error;
  }
}

/** A PATCH says what changes and leaves the rest alone. */
function changed(before: JsonMap, inputs: JsonMap): JsonMap {
  return Object.fromEntries(Object.entries(inputs).filter(([name, value]) => !sameValue(before[name], value)));
}

function without(values: JsonMap, path: readonly string[]): JsonMap {
  const [step = "", ...rest] = path;
  const { [step]: inner, ...others } = values;
  if (inner === undefined || rest.length === 0) return others;
  return isJsonMap(inner) ? { ...others, [step]: without(inner, rest) } : values;
}
