import { Hono } from "hono";
import { z } from "zod";
import { caseRoles } from "../access/case-roles.ts";
import { courtPublicKeys } from "../court-connector/court-keys.ts";
import { KeyRing } from "../documents/key-ring.ts";
import { checked } from "../problem/checked.ts";
import { ProblemError, valueOrThrow } from "../problem/problem.ts";
import { audited, type CourtCall } from "./audited.ts";
import { readDocument, storeDocument } from "./court-documents.ts";
import { caseFileOf, caseOf, documentOf } from "./court-names.ts";
import { type CourtEnvironment, onlyObject } from "./environment.ts";
import { restoreDocuments } from "./restore-documents.ts";
import { parseJson, textWithin } from "./signed-call.ts";

const page = z.object({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
const documentPage = z.object({ after: z.string().default(""), limit: page.shape.limit });
const email = z.email().max(320);
const membership = z.strictObject({ role: z.enum(caseRoles) });
const state = z.enum(["waiting", "delivered", "dead"]).optional();

/** Documents of cases for the people that have a role in them: custody, filing with the court, and a complete audit trail. */
export const courtApp = new Hono<{ Bindings: CourtEnvironment }>();

courtApp.get("/.well-known/jwks.json", async ({ env }) =>
  Response.json(await courtPublicKeys(new KeyRing(env.ROOT_KEY))),
);

const aCase = "/api/v1/cases/:case";
courtApp.put(
  aCase,
  audited("case.open", async ({ context, env, child, who }) => {
    const docket = caseOf(context);
    valueOrThrow(await caseFileOf(env, child.tenant, docket).open(docket, who));
    return Response.json({ case: docket });
  }),
);
courtApp.put(
  `${aCase}/members/:email`,
  audited("member.assign", async (call) => {
    const { role } = checked(membership, parseJson(await textWithin(call.context.req.raw, 1_024)));
    return assign(call, role);
  }),
);
courtApp.delete(
  `${aCase}/members/:email`,
  audited("member.remove", (call) => assign(call, undefined)),
);
courtApp.post(
  `${aCase}/rotation`,
  audited("case.rotate", async ({ context, env, child, who }) => {
    const docket = caseOf(context);
    return Response.json(valueOrThrow(await caseFileOf(env, child.tenant, docket).rotate(docket, who)));
  }),
);
courtApp.post(
  "/api/v1/restoration",
  audited("records.restore", async (call) => {
    requireAdministrator(call);
    return restoreDocuments(call);
  }),
);
courtApp.get(
  `${aCase}/documents`,
  audited("document.list", async ({ context, env, child, who }) => {
    const docket = caseOf(context);
    const { after, limit } = checked(documentPage, context.req.query());
    const file = caseFileOf(env, child.tenant, docket);
    return Response.json({ documents: valueOrThrow(await file.list(docket, who, after, limit)) });
  }),
);
courtApp.put(`${aCase}/documents/:document`, audited("document.store", storeDocument));
courtApp.get(`${aCase}/documents/:document`, audited("document.read", readDocument));
courtApp.post(
  `${aCase}/documents/:document/filing`,
  audited("document.file", async ({ context, env, child, who }) => {
    const docket = caseOf(context);
    const file = caseFileOf(env, child.tenant, docket);
    const { filedAt: _, ...record } = valueOrThrow(await file.toFile(docket, who, documentOf(context)));
    const filing = { tenant: child.tenant, case: docket, ...record };
    const key = [child.tenant, docket, record.document].map(encodeURIComponent).join("/");
    const outbox = env.COURT_OUTBOX.getByName(onlyObject);
    const taken = valueOrThrow(await outbox.submit(key, JSON.stringify(filing)));
    valueOrThrow(await file.filed(docket, who, record.document));
    return Response.json(taken, { status: 202 });
  }),
);

courtApp.get(
  "/api/v1/filings",
  audited("filing.list", async (call) => {
    requireAdministrator(call);
    const { limit } = checked(page, { limit: call.context.req.query("limit") });
    const wanted = checked(state, call.context.req.query("state"));
    return Response.json({ filings: await call.env.COURT_OUTBOX.getByName(onlyObject).list(wanted, limit) });
  }),
);
courtApp.post(
  "/api/v1/filings/:key/replay",
  audited("filing.replay", async (call) => {
    requireAdministrator(call);
    const outbox = call.env.COURT_OUTBOX.getByName(onlyObject);
    return Response.json(valueOrThrow(await outbox.replay(call.context.req.param("key") ?? "")), { status: 202 });
  }),
);
courtApp.get(
  "/api/v1/audit",
  audited("audit.read", async (call) => {
    requireAdministrator(call);
    const { after, limit } = checked(page, call.context.req.query());
    return Response.json(await call.env.AUDIT_TRAIL.getByName(onlyObject).read(after, limit));
  }),
);
courtApp.get(
  "/api/v1/custody",
  audited("custody.read", async (call) => {
    requireAdministrator(call);
    const { after, limit } = checked(page, call.context.req.query());
    return Response.json(await call.env.CUSTODY_CHAIN.getByName(onlyObject).read(after, limit));
  }),
);

async function assign({ context, env, child, who }: CourtCall, role: (typeof caseRoles)[number] | undefined) {
  const docket = caseOf(context);
  const member = checked(email, context.req.param("email"));
  const file = caseFileOf(env, child.tenant, docket);
  return Response.json({ members: valueOrThrow(await file.assign(docket, who, member, role)) });
}

/** @throws ProblemError 403 */
function requireAdministrator({ who }: CourtCall): void {
  if (who.administrator) return;
  const detail = "Only administrators of the child may do this. Ask one of them.";
  throw new ProblemError({ status: 403, title: "Not allowed", detail });
}
