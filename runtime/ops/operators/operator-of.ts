import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  jwtVerify,
} from "jose";
import { type OperatorRole, type OpsConfiguration, operatorRoles } from "../../../contracts/ops-plane.ts";
import { ProblemError } from "../../problem/problem.ts";
import type { Clock } from "../../storage/object-storage.ts";

/** Who is behind a request, as Access says. */
export interface Operator {
  /** In lower case; of a program the name of its service token. */
  email: string;
  /** The most that each family is granted; `*` for all of them. */
  roles: ReadonlyMap<string, OperatorRole>;
}

const toleranceSeconds = 60;
const known = new Map<string, JWTVerifyGetKey>();

/**
 * Verifies a token of Cloudflare Access: header `Cf-Access-Jwt-Assertion`, its cookie `CF_Authorization`, or `Authorization: Bearer`.
 * @throws ProblemError 401: no token that is good
 */
export async function operatorOf(headers: Headers, configuration: OpsConfiguration, clock: Clock): Promise<Operator> {
  const token = tokenOf(headers);
  if (token === undefined) throw unknown("no Access token came with the request");
  const email = await verifiedEmail(token, configuration, clock);
  const roles = new Map<string, OperatorRole>();
  for (const grant of configuration.grants) {
    if (grant.email !== email && !(grant.email.startsWith("@") && email.endsWith(grant.email))) continue;
    for (const family of grant.families ?? ["*"]) {
      const before = roles.get(family);
      if (before === undefined || rank(before) < rank(grant.role)) roles.set(family, grant.role);
    }
  }
  return { email, roles };
}

/** Whether an operator may act as `role`: in `family`, or, where none is given, in every family. */
export function may({ roles }: Operator, role: OperatorRole, family?: string): boolean {
  const granted = [roles.get("*"), family === undefined ? undefined : roles.get(family)];
  return granted.some((one) => one !== undefined && rank(one) >= rank(role));
}

/** The families an operator may act in as `role`; "all" for whoever may in every one. */
export function familiesOf({ roles }: Operator, role: OperatorRole): "all" | string[] {
  const granted = [...roles].filter(([, one]) => rank(one) >= rank(role)).map(([family]) => family);
  return granted.includes("*") ? "all" : granted;
}

const rank = (role: OperatorRole): number => operatorRoles.indexOf(role);

function tokenOf(headers: Headers): string | undefined {
  return (
    headers.get("cf-access-jwt-assertion") ??
    headers.get("authorization")?.match(/^Bearer (\S+)$/i)?.[1] ??
    headers.get("cookie")?.match(/(?:^|;\s*)CF_Authorization=([^;\s]+)/)?.[1]
  );
}

async function verifiedEmail(token: string, { access }: OpsConfiguration, clock: Clock): Promise<string> {
  try {
    const now = clock.now();
    const { payload } = await jwtVerify(token, keysOf(access), {
      issuer: access.issuer,
      audience: access.audience,
      algorithms: ["RS256", "ES256"],
      requiredClaims: ["exp", "iat"],
      currentDate: new Date(now),
      clockTolerance: toleranceSeconds,
    });
    if ((payload.iat ?? 0) > now / 1_000 + toleranceSeconds) throw unknown("the Access token is of the future");
    const name = payload.email ?? payload.common_name;
    if (typeof name === "string" && name !== "") return name.toLowerCase();
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw unknown("the Access token has expired");
    if (error instanceof errors.JOSEError) throw unknown("the Access token is not good here");
    throw error;
  }
  throw unknown("the Access token names nobody");
}

function keysOf({ issuer, publicKeys }: OpsConfiguration["access"]): JWTVerifyGetKey {
  const id = publicKeys === undefined ? issuer : JSON.stringify(publicKeys);
  const keys =
    known.get(id) ??
    (publicKeys === undefined
      ? createRemoteJWKSet(new URL("/cdn-cgi/access/certs", issuer), { timeoutDuration: 5_000 })
      : createLocalJWKSet(publicKeys as JSONWebKeySet));
  known.set(id, keys);
  return keys;
}

function unknown(reason: string): ProblemError {
  const detail = `The request is refused: ${reason}. Sign in through Access, or ask \`chittyops\`, which does so for you.`;
  return new ProblemError({ status: 401, title: "Not signed in", detail });
}
