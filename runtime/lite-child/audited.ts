import type { Context } from "hono";
import type { AuditEvent } from "../../contracts/audit-record.ts";
import type { LiteChildOf } from "../../contracts/lite-child.ts";
import type { Identity } from "../access/identity.ts";
import { publicKeysOf } from "../access/public-keys.ts";
import { verifyIdentity } from "../access/verify-identity.ts";
import { childOfFamily } from "../configuration/child-of.ts";
import { DocumentError } from "../documents/document-error.ts";
import { ProblemError, problemResponse } from "../problem/problem.ts";
import { type CourtEnvironment, onlyObject } from "./environment.ts";

export type CourtContext = Context<{ Bindings: CourtEnvironment }>;

/** What a route of the court app is given. */
export interface CourtCall {
  context: CourtContext;
  env: CourtEnvironment;
  child: LiteChildOf<"cook-county">;
  who: Identity;
}

/**
 * A route of the court app: for people that Access knows well enough, and on record. The audit trail has it before it is done, and its
 * end before the answer leaves; without a record nothing is done and nothing answered.
 */
export function audited(action: string, work: (call: CourtCall) => Promise<Response>) {
  return (context: CourtContext): Promise<Response> =>
    answer(async () => {
      const { env } = context;
      const child = childOfFamily(env, "cook-county");
      const identified = await identify(context, child);
      const who =
        identified instanceof ProblemError ? anonymous : { subject: identified.subject, email: identified.email };
      const about = { request: crypto.randomUUID(), who, action, resource: resourceOf(context) };
      await append(env, { ...about, phase: "begun", at: now() });
      const response =
        identified instanceof ProblemError
          ? problemResponse(identified.problem)
          : await answer(() => work({ context, env, child, who: identified }));
      await append(env, { ...about, phase: "ended", at: now(), status: response.status });
      return response;
    });
}

const anonymous = { subject: "anonymous" };

async function identify(
  context: CourtContext,
  { access }: LiteChildOf<"cook-county">,
): Promise<Identity | ProblemError> {
  const token = context.req.header("cf-access-jwt-assertion");
  try {
    return await verifyIdentity(token, access, { keys: publicKeysOf(access), clock: { now: () => Date.now() } });
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
}

async function answer(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProblemError) return problemResponse(error.problem);
    console.error(error);
    // Its message names the document, and that is all it holds.
    const detail = error instanceof DocumentError ? error.message : "The child failed. Its log says why.";
    const title = error instanceof DocumentError ? "Document cannot be opened" : "Failed";
    return problemResponse({ status: 500, title, detail });
  }
}

/** @throws ProblemError 503 */
async function append(env: CourtEnvironment, event: AuditEvent): Promise<void> {
  try {
    await env.AUDIT_TRAIL.getByName(onlyObject).append(event);
  } catch (error) {
    console.error(`The audit trail takes no record: ${String(error)}`);
    throw new ProblemError({
      status: 503,
      title: "Not now",
      detail: "What is done here has to be recorded, and the audit trail takes no records at the moment. Try again.",
      retryAfter: 30,
    });
  }
}

/** The path as it was matched, each part encoded; never the query. */
function resourceOf(context: CourtContext): string {
  return new URL(context.req.url).pathname.replace(/^\/api\/v1\//, "").slice(0, 1_000);
}

function now(): string {
  return new Date().toISOString();
}
