import { randomUUID } from "node:crypto";
import type { Request as OpenApiRequest, Operation } from "openapi-backend";
import { credentials } from "../store/records/accounts.ts";
import { type NeonOrganizationRecord, neonOrganizations } from "../store/records/neon.ts";
import { tokenHash } from "../store/seed.ts";
import type { Store } from "../store/store.ts";
import { NeonCall } from "./call.ts";
import { neonDocument, neonRoot } from "./document.ts";
import { neonHandlers } from "./handlers.ts";
import { NeonError } from "./neon-error.ts";
import type { NeonServices } from "./services.ts";

/** An answer, with what the request log says of it. */
export interface NeonAnswered {
  response: Response;
  /** The path of Neon's document; absent where nothing answers it. */
  route?: string | undefined;
  /** Name of the organisation. */
  account?: string | undefined;
}

/** Answers a request below `/api/v2`, routed and checked by Neon's own document. */
export async function answerNeon(services: NeonServices, request: Request): Promise<NeonAnswered> {
  const answered: NeonAnswered = { response: new Response() };
  try {
    answered.response = await answer(services, request, answered);
  } catch (error) {
    if (error instanceof NeonError) answered.response = neonRefusal(error.status, error.message, error.code);
    else {
      console.error(error);
      answered.response = neonRefusal(500, `The embedded cloud failed: ${String(error)}`, "INTERNAL");
    }
  }
  return answered;
}

/** A refusal in Neon's shape. */
export function neonRefusal(
  status: number,
  message: string,
  code = "",
  headers: Record<string, string> = {},
): Response {
  return Response.json({ request_id: randomUUID(), code, message }, { status, headers });
}

async function answer(services: NeonServices, request: Request, answered: NeonAnswered): Promise<Response> {
  const organization = authenticate(services.store, request);
  answered.account = organization.name;
  const api = await neonDocument();
  const url = new URL(request.url);
  const asked: OpenApiRequest = {
    method: request.method,
    path: url.pathname,
    query: url.search.slice(1),
    headers: Object.fromEntries(request.headers),
    body: await bodyOf(request),
  };
  const operation = api.matchOperation(asked);
  const handler = operation?.operationId === undefined ? undefined : neonHandlers[operation.operationId];
  if (!operation || !handler)
    return neonRefusal(501, `The embedded cloud does not serve ${request.method} ${url.pathname}.`, "NOT_IMPLEMENTED");
  answered.route = routeOf(operation);
  const { valid, errors, coerced } = api.validateRequest(asked, operation);
  if (!valid) throw new NeonError(400, problems(errors));
  const parsed = api.router.parseRequest({ ...asked, ...coerced }, operation);
  const call = new NeonCall(services, organization, {
    parameters: parsed.params as Record<string, string>,
    query: { ...(coerced?.query as Record<string, unknown> | undefined) },
    body: parsed.requestBody,
  });
  const { status, body } = await handler(call);
  return body === undefined ? new Response(null, { status }) : Response.json(body, { status });
}

/** An organisation's key is good for that organisation alone. @throws {NeonError} 401 */
function authenticate(store: Store, request: Request): NeonOrganizationRecord {
  const key = /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const credential = key === undefined ? undefined : store.get(credentials, "", tokenHash(key));
  const organization =
    credential?.kind === "neon" && credential.accountId !== undefined
      ? store.get(neonOrganizations, "", credential.accountId)
      : undefined;
  if (!organization) throw new NeonError(401, "supplied credentials do not pass authentication");
  return organization;
}

/** What a parser says of a body can quote it, and a body can hold a secret. */
async function bodyOf(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new NeonError(400, "the request body is not valid JSON");
  }
}

/** All problems at once, e.g. `project.name: must NOT have fewer than 1 characters`. */
function problems(errors: { instancePath?: string; message?: string }[] | null | undefined): string {
  return (errors ?? [])
    .map(({ instancePath = "", message = "is not valid" }) => {
      const where = instancePath.replace(/^\/(requestBody|query|path|header)\/?/, "").replaceAll("/", ".");
      return where === "" ? message : `${where}: ${message}`;
    })
    .join("; ");
}

function routeOf({ path }: Operation): string {
  return `${neonRoot}${path}`;
}

/** What is served, for `/_local/routes`. No client of the real API was watched: it is all from Neon's document. */
export async function neonRoutes(): Promise<{ method: string; path: string; provenance: "specification" }[]> {
  const api = await neonDocument();
  return api
    .getOperations()
    .filter(({ operationId }) => operationId !== undefined && neonHandlers[operationId] !== undefined)
    .map((operation) => ({
      method: operation.method.toUpperCase(),
      path: routeOf(operation),
      provenance: "specification" as const,
    }));
}
