import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { importJWK, SignJWT } from "jose";
import { request } from "undici";
import { z } from "zod";
import type { EnvironmentName } from "../../catalog/index.ts";
import { stackName, stackTarget } from "../engine/stack-target.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";
import { jsonOf } from "./json-of.ts";
import { planeOutputs } from "./plane-outputs.ts";

/** The operations plane of an environment, as its operator. */
export interface Plane {
  /** Where people reach it, without a slash at the end. */
  url: string;
  /** Ed25519, base64url: what the plane signs is verified with it. */
  publicKey: string;
  /** Of `local`: opens the dashboard in a browser. */
  signInUrl?: string;
  /** @throws UserError when it cannot be reached, refuses, or answers something else than `schema` */
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  /** The answer as it comes, for what is too large to hold. @throws UserError as `get` does */
  stream(path: string): Promise<Readable>;
  /** The same as `get`; what is sent again under the same idempotency key is done once. */
  send<T>(method: Method, path: string, body: unknown, schema: z.ZodType<T>, idempotencyKey?: string): Promise<T>;
}
type Method = "POST" | "PUT" | "PATCH" | "DELETE";

const outputs = z.object({
  core: z.object({
    ops: z.object({ url: z.url(), publicKey: z.string() }).optional(),
    accessAudience: z.string(),
    zone: z.object({ domain: z.string() }),
  }),
  operatorKey: z.string().optional(),
});

const problem = z.object({ title: z.string(), detail: z.string().optional(), status: z.number().optional() });
const timeout = 30_000;
/** Seconds. */
const tokenLifetime = 12 * 3_600;

/** Finds the plane in core's stack and signs in. @throws UserError where core has none, or nobody can sign in */
export async function planeOf(session: Session, environment: EnvironmentName): Promise<Plane> {
  const target = stackTarget(undefined, environment);
  const parsed = outputs.safeParse(await planeOutputs(session, target));
  const { ops } = parsed.data?.core ?? {};
  if (!parsed.success || ops === undefined) {
    throw new UserError(`${stackName(target)} has no operations plane.`, {
      remedy: environment === "local" ? "npm start" : `npx chittyops up -e ${environment}`,
    });
  }
  const { core, operatorKey } = parsed.data;
  const headers = await signIn(session, { ...core, operatorKey, environment });
  return { ...ops, ...client(session, ops.url, headers), ...signInUrlOf(ops.url, headers) };
}

/** In `local` a token that the stack's own key signs; elsewhere what Access gave: a service token, or a person's (`cloudflared access token`). */
async function signIn(
  session: Session,
  {
    accessAudience,
    zone,
    operatorKey,
    environment,
  }: { accessAudience: string; zone: { domain: string }; operatorKey: string | undefined; environment: string },
): Promise<Record<string, string>> {
  if (operatorKey !== undefined) {
    session.console.redactor.learn(operatorKey);
    const { kid, ...jwk } = JSON.parse(operatorKey) as { kid: string };
    const now = Math.floor(Date.now() / 1_000);
    const token = await new SignJWT({ email: `operator@${zone.domain}` })
      .setProtectedHeader({ alg: "ES256", kid })
      .setIssuer("https://access.chitty.localhost")
      .setAudience(accessAudience)
      .setSubject("operator")
      .setIssuedAt(now)
      .setExpirationTime(now + tokenLifetime)
      .sign(await importJWK(jwk, "ES256"));
    return { "cf-access-jwt-assertion": token };
  }
  const { CF_ACCESS_CLIENT_ID: id, CF_ACCESS_CLIENT_SECRET: secret, CF_ACCESS_TOKEN: token } = process.env;
  for (const each of [secret, token]) if (each) session.console.redactor.learn(each);
  if (id && secret) return { "cf-access-client-id": id, "cf-access-client-secret": secret };
  if (token) return { "cf-access-token": token };
  throw new UserError(`Nobody is signed in to the operations plane of ${environment}.`, {
    expected: "CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET, or CF_ACCESS_TOKEN, in the environment",
    remedy: "export CF_ACCESS_TOKEN=$(cloudflared access token -app=<the plane's address>)",
  });
}

function signInUrlOf(url: string, headers: Record<string, string>): Pick<Plane, "signInUrl"> {
  const token = headers["cf-access-jwt-assertion"];
  return token === undefined ? {} : { signInUrl: `${url}/session?token=${token}` };
}

function client(
  session: Session,
  url: string,
  signedIn: Record<string, string>,
): Pick<Plane, "get" | "send" | "stream"> {
  const { origin, dialled, host } = addressOf(url);
  const ask = async (method: "GET" | Method, path: string, body?: unknown, key?: string) => {
    const answer = await request(`${dialled}${path}`, {
      method,
      headers: {
        ...signedIn,
        host,
        accept: "application/json",
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(key !== undefined && { "idempotency-key": key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headersTimeout: timeout,
      bodyTimeout: timeout,
      signal: session.signal,
    }).catch((error: unknown) => {
      if (session.signal.aborted) throw error;
      throw new UserError(`The operations plane at ${origin} does not answer: ${String(error)}.`, {
        remedy: "npx chittyops status says whether it runs",
        cause: error,
      });
    });
    if (answer.statusCode < 400) return answer.body;
    throw refused(`${method} ${origin}${path}`, answer.statusCode, await answer.body.text());
  };
  const call = async <T>(method: "GET" | Method, path: string, schema: z.ZodType<T>, body?: unknown, key?: string) => {
    const text = await (await ask(method, path, body, key)).text();
    const parsed = schema.safeParse(text === "" ? null : jsonOf(text));
    if (parsed.success) return parsed.data;
    throw new UserError(`The operations plane answered something unexpected to ${method} ${origin}${path}.`, {
      details: parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
      remedy: "deploy core with this version of ChittyOps",
    });
  };
  return {
    get: (path, schema) => call("GET", path, schema),
    stream: (path) => ask("GET", path),
    send: (method, path, body, schema, key = randomUUID()) => call(method, path, schema, body, key),
  };
}

/** Node resolves no `*.localhost`: the edge is dialled, and routes by the name. */
function addressOf(url: string): { origin: string; dialled: string; host: string } {
  const { origin, hostname, host, port } = new URL(url);
  return { origin, host, dialled: hostname.endsWith(".localhost") ? `http://127.0.0.1:${port}` : origin };
}

function refused(what: string, status: number, text: string): UserError {
  const said = problem.safeParse(jsonOf(text));
  const reason = said.success ? (said.data.detail ?? said.data.title) : text.slice(0, 200);
  return new UserError(`The operations plane refused ${what} (${status}): ${reason}`);
}
