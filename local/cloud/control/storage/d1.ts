import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type D1DatabaseRecord, d1Databases } from "../../store/records/stores.ts";
import { ApiError } from "../api-error.ts";
import { type Call, paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";

const base = "/accounts/:account/d1/database";
const replication = z.object({ mode: z.enum(["auto", "disabled"]) });
const databaseBody = z.looseObject({
  name: z
    .string({ error: "expected a name" })
    .regex(/^[a-zA-Z0-9_-]{1,100}$/, "expected up to 100 letters, digits, dashes and underscores"),
  primary_location_hint: z.enum(["wnam", "enam", "weur", "eeur", "apac", "oc"]).nullish(),
  jurisdiction: z.enum(["eu", "fedramp", "us"]).nullish(),
  read_replication: replication.nullish(),
});
const replicationBody = z.looseObject({ read_replication: replication.nullish() });
const statement = z.object({ sql: z.string().min(1, "expected SQL"), params: z.array(z.unknown()).nullish() });
const queryBody = z.union([statement, z.object({ batch: z.array(statement).min(1) }), z.array(statement).min(1)]);

export const d1Routes: Route[] = [
  route("GET", base, (call) => {
    const name = call.query.get("name");
    const all = call.store
      .list(d1Databases, call.accountId)
      .filter((database) => name === null || database.name === name);
    return paged(call, all.map(shown), { perPage: 100, max: 10_000 });
  }),
  route("POST", base, createDatabase),
  route("GET", `${base}/:database`, (call) => ok(shown(databaseOf(call)))),
  route("PUT", `${base}/:database`, changeReplication),
  route("PATCH", `${base}/:database`, changeReplication),
  route("DELETE", `${base}/:database`, async (call) => {
    const { id } = databaseOf(call);
    call.store.remove(d1Databases, call.accountId, id);
    await call.runtime.dropStorage("d1", id);
    call.runtime.desiredStateChanged();
    return ok(null);
  }),
  route("POST", `${base}/:database/query`, async (call) => {
    const results = await run(call);
    return ok(results.map(({ results: rows, meta }) => ({ results: rows, success: true, meta })));
  }),
  route("POST", `${base}/:database/raw`, async (call) => {
    const results = await run(call);
    return ok(
      results.map(({ results: rows, columns, meta }) => ({
        results: { columns, rows: rows.map((row) => columns.map((column) => row[column] ?? null)) },
        success: true,
        meta,
      })),
    );
  }),
];

async function createDatabase(call: Call): Promise<Response> {
  const body = await call.json(databaseBody, 7400);
  return call.store.transaction(() => {
    if (call.store.byName(d1Databases, call.accountId, body.name)) {
      throw new ApiError(409, 7502, `Database with name ${body.name} already exists`);
    }
    const database: D1DatabaseRecord = {
      id: randomUUID(),
      accountId: call.accountId,
      name: body.name,
      createdOn: call.now(),
      readReplication: body.read_replication ?? { mode: "disabled" },
      ...(body.jurisdiction ? { jurisdiction: body.jurisdiction } : {}),
      ...(body.primary_location_hint ? { primaryLocationHint: body.primary_location_hint } : {}),
    };
    call.store.put(d1Databases, database);
    return ok(shown(database));
  });
}

async function changeReplication(call: Call): Promise<Response> {
  const body = await call.json(replicationBody, 7400);
  const database = databaseOf(call);
  const changed = { ...database, readReplication: body.read_replication ?? database.readReplication };
  call.store.put(d1Databases, changed);
  return ok(shown(changed));
}

/** Runs the statements of the body in order. @throws {ApiError} 400/7500 with SQLite's own words. */
async function run(call: Call) {
  const body = await call.json(queryBody, 7400);
  const { id } = databaseOf(call);
  const statements = Array.isArray(body) ? body : "batch" in body ? body.batch : [body];
  const results = [];
  for (const { sql, params } of statements) {
    try {
      results.push(...(await call.runtime.d1(id).query(sql, params ?? [])));
    } catch (error) {
      throw new ApiError(400, 7500, error instanceof Error ? error.message : String(error));
    }
  }
  return results;
}

/** By id or by name: `wrangler` asks by either. @throws {ApiError} 404/7404 */
export function databaseOf(call: Call): D1DatabaseRecord {
  const key = call.parameter("database");
  const database =
    call.store.get(d1Databases, call.accountId, key) ?? call.store.byName(d1Databases, call.accountId, key);
  if (!database) throw new ApiError(404, 7404, `The database ${key} could not be found`);
  return database;
}

function shown(database: D1DatabaseRecord): Record<string, unknown> {
  const { id, name, createdOn, readReplication, jurisdiction } = database;
  return {
    uuid: id,
    name,
    created_at: createdOn,
    version: "production",
    num_tables: 0,
    file_size: 0,
    running_in_region: "WNAM",
    read_replication: readReplication,
    ...(jurisdiction === undefined ? {} : { jurisdiction }),
  };
}
