import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import type { OpsAuditEntry } from "../../../contracts/ops-audit.ts";
import { ProblemError, problemResponse } from "../../problem/problem.ts";
import { onlyObject } from "../environment.ts";
import type { StoredAnswer } from "./call-keeper.ts";
import type { OpsContext } from "./ops-app.ts";

/**
 * What every route that changes something stands behind, after whoever says who asks: the call is in the audit trail before it is answered,
 * and one that is made again under the same `Idempotency-Key` gets the same answer without being done again.
 *
 * @param action of the audit trail, e.g. `incident.ack`
 * @param options.family which family it is about, for the audit trail
 */
export function mutation(
  action: string,
  options: {
    subject?: (c: Context<OpsContext>) => string;
    family?: (c: Context<OpsContext>) => string | undefined;
  } = {},
): MiddlewareHandler<OpsContext> {
  // Its name is what a test of all routes knows it by.
  return async function audited(c, next) {
    const given = c.req.header("idempotency-key");
    if (given !== undefined && !/^[\x21-\x7e]{1,255}$/.test(given)) throw badKey();
    const { actor, clock } = c.var;
    const now = clock.now();
    const key = given === undefined ? undefined : `${actor.kind}:${actor.id}:${given}`;
    const log = key === undefined ? undefined : c.env.CALL_LOG.getByName(shardOf(key));
    if (key !== undefined && log !== undefined) {
      const digest = createHash("sha256")
        .update(`${c.req.method} ${c.req.path}\n${await c.req.text()}`)
        .digest("hex");
      const known = await log.begin(key, digest, now);
      if (known.state === "other") throw conflict("was used for another request: use a new one");
      if (known.state === "running") throw conflict("is being worked on: ask again in a few seconds", 5);
      if (known.state === "done") {
        const { status, headers, body } = known.answer;
        c.res = new Response(body === "" ? null : body, {
          status,
          headers: { ...headers, "idempotency-replayed": "true" },
        });
        return;
      }
    }
    let failure: unknown;
    try {
      await next();
      failure = c.error;
    } catch (error) {
      failure = error;
    }
    const status =
      failure instanceof ProblemError ? failure.problem.status : failure === undefined ? c.res.status : 500;
    const family = options.family?.(c) ?? c.var.family;
    const entry: OpsAuditEntry = {
      at: new Date(now).toISOString(),
      actor,
      action,
      subject: (options.subject?.(c) ?? c.req.path).slice(0, 500),
      ...(family !== undefined && { family }),
      outcome: status < 400 ? "done" : status < 500 ? "refused" : "failed",
      details: { status: String(status) },
    };
    try {
      await c.env.AUDIT_LOG.getByName(onlyObject).record(entry, crypto.randomUUID());
      if (key !== undefined && log !== undefined) {
        if (status < 500) await log.finish(key, await answerOf(failure, c.res));
        else await log.forget(key);
      }
    } catch (error) {
      console.error(error);
      c.res = problemResponse({
        status: 503,
        title: "Not recorded",
        detail: "What was asked may be done, and could not be recorded. Send it again with the same Idempotency-Key.",
        retryAfter: 5,
      });
      return;
    }
    if (failure !== undefined && failure !== c.error) throw failure;
  };
}

async function answerOf(failure: unknown, response: Response): Promise<StoredAnswer> {
  const answer = failure instanceof ProblemError ? problemResponse(failure.problem) : response.clone();
  const headers = Object.fromEntries(
    [...answer.headers].filter(([name]) => ["content-type", "location", "retry-after"].includes(name)),
  );
  return { status: answer.status, headers, body: await answer.text() };
}

const shardOf = (key: string): string => `calls-${createHash("sha256").update(key).digest("hex").slice(0, 1)}`;

function conflict(what: string, retryAfter?: number): ProblemError {
  return new ProblemError({
    status: 409,
    title: "Idempotency key in use",
    detail: `This Idempotency-Key ${what}.`,
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

function badKey(): ProblemError {
  const detail = "Idempotency-Key has to be 1 to 255 visible ASCII characters, best a UUID.";
  return new ProblemError({ status: 400, title: "Input not accepted", detail });
}
