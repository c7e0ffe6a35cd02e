import type { LiteChild } from "../../contracts/lite-child.ts";
import { ProblemError, valueOrThrow } from "../problem/problem.ts";
import { requireBody, type VerifiedCall, verifyRequest } from "../signed-request/signed-request.ts";
import { type ChildEnvironment, onlyObject } from "./environment.ts";

/** Who signs with the child's key besides the child itself: `chittyops` and the parent, who can derive it. */
const issuer = "chittyops";

/**
 * Checks that a request was signed with the child's key, and takes it once. Unlike counting, this does not fail open.
 * @throws ProblemError 401, 409; 503: the object that remembers calls does not answer
 */
export async function requireSigned(request: Request, child: LiteChild, env: ChildEnvironment): Promise<VerifiedCall> {
  const { method, headers } = request;
  // The address as the child is known by: in between it may have been another.
  const url = new URL(new URL(request.url).pathname, child.url).href;
  const key = new TextEncoder().encode(env.CHILD_KEY);
  const checks = { key, algorithm: "HS256", issuer, audience: child.child, now: Date.now() } as const;
  const call = await verifyRequest(headers.get("authorization"), { method, url }, checks);
  const taken = await env.BUDGET.getByName(onlyObject)
    .takeOnce(call)
    .catch(() => {
      const detail = "Signed calls cannot be told from replayed ones at the moment. Try again.";
      throw new ProblemError({ status: 503, title: "Not now", detail, retryAfter: 10 });
    });
  valueOrThrow(taken);
  return call;
}

/** The same, with the body, which has to be JSON. @throws ProblemError also 400, 413 */
export async function requireSignedJson(request: Request, child: LiteChild, env: ChildEnvironment): Promise<unknown> {
  const call = await requireSigned(request, child, env);
  const body = await textWithin(request, 64 * 2 ** 10);
  requireBody(call, body);
  return parseJson(body);
}

/** The body as text. @throws ProblemError 413 for more than `bytes` */
export async function textWithin(request: Request, bytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.length;
    if (length > bytes) {
      const detail = `The body has more than ${bytes} bytes. Send less.`;
      throw new ProblemError({ status: 413, title: "Too large", detail });
    }
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

/** @throws ProblemError 400 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProblemError({ status: 400, title: "Not JSON", detail: "The body is not JSON. Send a JSON object." });
  }
}
