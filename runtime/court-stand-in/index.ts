import type { KVNamespace } from "@cloudflare/workers-types";
import { createRemoteJWKSet, decodeJwt } from "jose";
import { courtStandIn } from "../../contracts/court-stand-in.ts";
import { ProblemError, problemResponse } from "../problem/problem.ts";
import { requireBody, verifyRequest } from "../signed-request/signed-request.ts";

interface Environment {
  COURT: string;
  FILINGS: KVNamespace;
}

/**
 * Stands in for a court's system where there is none to connect to: it takes a filing that a child it knows has signed, once by its
 * idempotency key, and answers with a receipt.
 */
export default {
  async fetch(request: Request, env: Environment): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/health") return Response.json({ status: "ok" });
    try {
      if (pathname === "/filings" && request.method === "POST") return await take(request, env);
    } catch (error) {
      if (error instanceof ProblemError) return problemResponse(error.problem);
      throw error;
    }
    const detail = "A court's system is stood in for here; it takes POST /filings.";
    return problemResponse({ status: 404, title: "Not found", detail });
  },
};

async function take(request: Request, { COURT, FILINGS }: Environment): Promise<Response> {
  const { system, children } = courtStandIn.parse(JSON.parse(COURT));
  const authorization = request.headers.get("authorization");
  const issuer = claimedIssuer(authorization);
  const keysAt = children[issuer];
  if (keysAt === undefined) {
    const detail = `${issuer} may not file here. Name it in the configuration of this system.`;
    throw new ProblemError({ status: 403, title: "Unknown child", detail });
  }
  const key = createRemoteJWKSet(new URL(keysAt));
  const checks = { key, algorithm: "EdDSA", issuer, audience: system, now: Date.now() } as const;
  const call = await verifyRequest(authorization, { method: request.method, url: request.url }, checks);
  const body = await request.text();
  requireBody(call, body);
  if (request.headers.get("idempotency-key") !== call.id) {
    const detail = "The header Idempotency-Key is not the id that was signed. Send the id of the signature.";
    throw new ProblemError({ status: 400, title: "Wrong key", detail });
  }
  const name = `${issuer}/${call.id}`;
  const known = await FILINGS.get(name);
  if (known !== null && known !== body) {
    const detail = "There is another filing of this key. Send this one under a key of its own.";
    throw new ProblemError({ status: 409, title: "Key used", detail });
  }
  if (known === null) await FILINGS.put(name, body);
  return Response.json({ filing: name }, { status: known === null ? 201 : 200 });
}

/** Whose keys to check with: nothing is believed of it before they have. */
function claimedIssuer(authorization: string | null): string {
  try {
    return decodeJwt(authorization?.replace(/^Bearer /, "") ?? "").iss ?? "nobody";
  } catch {
    return "nobody";
  }
}
