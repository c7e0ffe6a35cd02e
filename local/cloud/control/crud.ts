import type { z } from "zod";
import type { Collection } from "../store/collection.ts";
import type { ResourceRecord } from "../store/records/resources.ts";
import { ApiError } from "./api-error.ts";
import { type Call, check, paged } from "./call.ts";
import { ok } from "./envelope.ts";
import { type Route, route } from "./route.ts";

/** An object that the API makes, shows, replaces and deletes, and about which it knows little more than its fields. */
export interface Crud<S extends z.ZodType<Record<string, unknown>>> {
  /** Path of the list, e.g. `/accounts/:account/access/policies`. */
  base: string;
  collection: Collection<ResourceRecord>;
  scope(call: Call): string;
  body: S;
  /** Error codes: of a body that is not valid, of an object that does not exist, of a name that is taken. */
  codes: { invalid: number; notFound: number; taken?: number };
  id(call: Call): string;
  /** Names of the members for the times of creation and change. */
  stamps: [created: string, modified: string];
  /** What must be unique in the scope. */
  name?(body: z.infer<S>): string | undefined;
  /** Members that are taken and never shown. */
  secrets?: string[];
  /** The fields to keep; may add some, and refuse. */
  prepare?(call: Call, body: z.infer<S>, before: ResourceRecord | undefined): Record<string, unknown>;
  /** Which objects a list is of, if a client may choose. */
  matches?(call: Call, record: ResourceRecord): boolean;
  /** What is shown, if it is more than what is kept. */
  show?(call: Call, record: ResourceRecord): Record<string, unknown>;
  /** Runs before an object goes; may refuse. */
  beforeDelete?(call: Call, record: ResourceRecord): void;
  /** Also offered as a merge of the fields that are sent. */
  patch?: boolean;
  perPage?: number;
}

/** The routes of one kind of object. */
export function crudRoutes<S extends z.ZodType<Record<string, unknown>>>(kind: Crud<S>): Route[] {
  const { base, collection } = kind;
  const show = (call: Call, record: ResourceRecord) => kind.show?.(call, record) ?? record.body;
  const find = (call: Call) => recordOf(kind, call);

  const write = async (call: Call, merge: boolean, before: ResourceRecord | undefined) =>
    ok(show(call, await writeResource(kind, call, merge, before)));

  const item = `${base}/:id`;
  return [
    route("GET", base, (call) => {
      const records = call.store
        .list(collection, kind.scope(call))
        .filter((record) => kind.matches?.(call, record) ?? true);
      return paged(
        call,
        records.map((record) => show(call, record)),
        { perPage: kind.perPage ?? 25, max: 5000 },
      );
    }),
    route("POST", base, (call) => write(call, false, undefined)),
    route("GET", item, (call) => ok(show(call, find(call)))),
    route("PUT", item, (call) => write(call, false, find(call))),
    ...(kind.patch ? [route("PATCH", item, (call) => write(call, true, find(call)))] : []),
    route("DELETE", item, (call) => {
      const record = find(call);
      kind.beforeDelete?.(call, record);
      call.store.remove(collection, record.scope, record.id);
      return ok({ id: record.body.id ?? record.id });
    }),
  ];
}

/** The object that `:id` names. @throws {ApiError} 404 */
export function recordOf(
  kind: { collection: Collection<ResourceRecord>; scope(call: Call): string; codes: { notFound: number } },
  call: Call,
): ResourceRecord {
  const record = call.store.get(kind.collection, kind.scope(call), call.parameter("id"));
  if (!record)
    throw new ApiError(404, kind.codes.notFound, `There is no object with the id '${call.parameter("id")}'.`);
  return record;
}

/**
 * Writes the object that the request describes.
 * @param merge whether fields that are not sent stay as they are in `before`.
 * @throws {ApiError} 400 for a body that is not valid, 409 for a name that is taken.
 */
export async function writeResource<S extends z.ZodType<Record<string, unknown>>>(
  kind: Crud<S>,
  call: Call,
  merge: boolean,
  before: ResourceRecord | undefined,
): Promise<ResourceRecord> {
  const sent = parse(await call.request.text(), kind.codes.invalid);
  const body = check(
    kind.body,
    merge && before ? { ...before.body, ...before.secrets, ...sent } : sent,
    kind.codes.invalid,
  );
  return call.store.transaction(() => put(kind, call, body, before));
}

function put<S extends z.ZodType<Record<string, unknown>>>(
  kind: Crud<S>,
  call: Call,
  body: z.infer<S>,
  before: ResourceRecord | undefined,
): ResourceRecord {
  const scope = kind.scope(call);
  const name = kind.name?.(body);
  const taken = name === undefined ? undefined : call.store.byName(kind.collection, scope, name);
  if (taken && taken.id !== before?.id)
    throw new ApiError(409, kind.codes.taken ?? kind.codes.invalid, `'${name}' already exists.`);
  const now = call.now();
  const id = before?.id ?? kind.id(call);
  const fields: Record<string, unknown> = kind.prepare?.(call, body, before) ?? body;
  const secrets = Object.fromEntries(
    (kind.secrets ?? []).flatMap((member) => (fields[member] === undefined ? [] : [[member, fields[member]]])),
  );
  const shown = Object.fromEntries(Object.entries(fields).filter(([member]) => !(member in secrets)));
  const [created, modified] = kind.stamps;
  const record: ResourceRecord = {
    scope,
    id,
    ...(name === undefined ? {} : { name }),
    body: { id, ...shown, [created]: before?.body[created] ?? now, [modified]: now },
    secrets: { ...before?.secrets, ...secrets },
  };
  call.store.put(kind.collection, record);
  return record;
}

function parse(text: string, code: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new ApiError(400, code, "The request body is not a JSON object.");
}
