import type { MiddlewareHandler } from "hono";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { z } from "zod";
import { type ChildName, childName, largestTick, planeAudience } from "../../../contracts/ops-sync.ts";
import { ProblemError } from "../../problem/problem.ts";
import { requireBody, type VerifiedCall, verifyRequest } from "../../signed-request/signed-request.ts";
import type { OpsContext } from "../http/ops-app.ts";
import { childKey } from "./child-key.ts";

/**
 * Lets children in who sign with their own key (`signRequest`): `iss` is `<family>/<child>`, `kid` the epoch of the family's key that theirs
 * was derived from. Whether the call was made before, the child's own object knows: whoever takes the message there has it taken once.
 * @throws ProblemError 401
 */
export const children: MiddlewareHandler<OpsContext> = async (c, next) => {
  const authorization = c.req.header("authorization") ?? null;
  const { name, epoch } = claimed(authorization);
  const configuration = c.get("configuration");
  const known = configuration.families.includes(name.family);
  const key = known ? await childKey(c.env.FAMILY_KEYS, name, epoch) : undefined;
  if (key === undefined) {
    throw unsigned(`there is no key of the epoch ${epoch} for the family ${name.family}`);
  }
  const call = await verifiedCall(
    authorization,
    // The address as the plane is known by: in between it may have been another.
    { method: c.req.method, url: configuration.url + c.req.path },
    {
      key,
      algorithm: "HS256",
      issuer: `${name.family}/${name.child}`,
      audience: planeAudience,
      now: c.get("clock").now(),
    },
  );
  const body = await c.req.text();
  if (body.length > largestTick) throw tooLarge();
  requireBody(call, body);
  c.set("caller", { name, call });
  c.set("actor", { kind: "child", id: `${name.family}/${name.child}` });
  await next();
};

/** @throws ProblemError 401 with the plane's time: a child with a wrong clock signs anew with the right one */
async function verifiedCall(...given: Parameters<typeof verifyRequest>): Promise<VerifiedCall> {
  try {
    return await verifyRequest(...given);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new ProblemError({ ...error.problem, at: new Date(given[2].now).toISOString() });
  }
}

/** Who the token says it is of; nothing of it is believed before the signature is verified. */
function claimed(authorization: string | null): { name: ChildName; epoch: string } {
  const token = authorization?.match(/^Bearer (\S+)$/)?.[1];
  if (token === undefined) throw unsigned("it carries no signature (Authorization: Bearer …)");
  try {
    const epoch = keyEpoch.parse(decodeProtectedHeader(token).kid);
    const [family, child, ...rest] = decodeJwt(token).iss?.split("/") ?? [];
    if (rest.length === 0) return { name: childName.parse({ family, child }), epoch };
  } catch {
    // It is no token at all: the same to whoever sent it.
  }
  throw unsigned("its signature does not name a child and the epoch of its key");
}

const keyEpoch = z.string().regex(/^\d{1,9}$/);

function tooLarge(): ProblemError {
  const detail = `A child sends at most ${largestTick} characters at once.`;
  return new ProblemError({ status: 413, title: "Too large", detail });
}

function unsigned(reason: string): ProblemError {
  const detail = `The request is refused: ${reason}. Sign it with the child's key, for this request.`;
  return new ProblemError({ status: 401, title: "Not signed", detail });
}
