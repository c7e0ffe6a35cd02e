import { SignJWT } from "jose";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll } from "vitest";
import { signRequest } from "../../signed-request/signed-request.ts";
import { access, childKey, children, issuer, verified } from "./children.ts";
import { courtSystem, workerOf } from "./workers.ts";

let miniflare: Miniflare;

/** Has children run as long as a test file does. @param names of `children`; with the court's comes what stands in for the court's system */
export function startChildren(...names: readonly string[]): { miniflare: () => Miniflare } {
  beforeAll(async () => {
    miniflare = new Miniflare(optionsOf(names));
    await miniflare.ready;
  }, 60_000);
  afterAll(() => miniflare?.dispose());
  return { miniflare: () => miniflare };
}

export function optionsOf(names: readonly string[], keyVersion = 1) {
  const workers = names.flatMap((name) => {
    const child = children[name];
    if (child === undefined) throw new Error(`there is no child ${name} for tests`);
    return [workerOf(child, "Budget", keyVersion), ...(name === "court" ? [courtSystem()] : [])];
  });
  return convertV4MiniflareOptions({ workers });
}

export async function get(name: string, path: string, init: RequestInit = {}): Promise<Response> {
  const response = await miniflare.dispatchFetch(new URL(path, `http://${name}.test`).href, init as never);
  return response as unknown as Response;
}

export function fetchAs(
  name: string,
  jwt: string | undefined,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const headers = {
    ...(init.headers as Record<string, string>),
    ...(jwt !== undefined && { "cf-access-jwt-assertion": jwt }),
  };
  return get(name, path, { ...init, headers });
}

export async function as(email: string, path: string, init: RequestInit = {}): Promise<Response> {
  return fetchAs("court", await token(email, { amr: ["pwd", "mfa"], custom: { ial: verified } }), path, init);
}

/** As Access issues it: https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/application-token */
export function token(email: string, claims: Record<string, unknown>): Promise<string> {
  return new SignJWT({ email, type: "app", ...claims })
    .setProtectedHeader({ alg: "RS256", kid: "access-1" })
    .setIssuer(issuer)
    .setAudience(["court-app"])
    .setSubject(`subject-of-${email}`)
    .setIssuedAt()
    .setExpirationTime("10m")
    .sign(access.privateKey);
}

export function signed(name: string, method: string, path: string, body = ""): Promise<Record<string, string>> {
  const signer = {
    key: new TextEncoder().encode(childKey),
    header: { alg: "HS256" },
    issuer: "chittyops",
    audience: name,
  };
  return signRequest({ method, url: `http://${name}.test${path}`, body }, signer, crypto.randomUUID(), Date.now());
}
