import type { LiteChild } from "../../contracts/lite-child.ts";
import type { ServiceLevelReport } from "../service-level/service-level-meter.ts";
import { askPostgres } from "../shell/ask-postgres.ts";
import {
  type ChildEnvironment,
  type CourtEnvironment,
  onlyObject,
  type ProfessionalEnvironment,
} from "./environment.ts";
import { keyStatus } from "./rotate-keys.ts";
import { requireSigned } from "./signed-call.ts";

/**
 * `GET /api/v1/status`: what the child is, for anybody. For a caller with the child's key also whether its database answers, since asking
 * wakes it.
 */
export async function status(request: Request, child: LiteChild, env: ChildEnvironment): Promise<Response> {
  const { parent, quota, family, title, environment, state, labels, createdAt, expiresAt } = child;
  const { stack, configVersion, keyEpoch, ops } = parent;
  const usage = await env.BUDGET.getByName(onlyObject)
    .usage()
    .catch(() => "unavailable" as const);
  return Response.json({
    service: child.child,
    title,
    family,
    environment,
    state,
    labels,
    createdAt,
    expiresAt: expiresAt ?? null,
    parent: { stack, configVersion, keyEpoch, ops: ops?.url ?? null },
    quota,
    usage,
    ...(family === "cook-county" && {
      keys: await keyStatus(env as CourtEnvironment, child).catch(() => "unavailable" as const),
    }),
    ...(family === "digital-dossier" && (await professionalStatus(request, child, env as ProfessionalEnvironment))),
  });
}

async function professionalStatus(
  request: Request,
  child: LiteChild,
  env: ProfessionalEnvironment,
): Promise<{ serviceLevels: ServiceLevelReport[] | "unavailable"; database?: string }> {
  const serviceLevels = await env.SERVICE_LEVELS.getByName(onlyObject)
    .report()
    .catch(() => "unavailable" as const);
  if (!request.headers.has("authorization")) return { serviceLevels };
  await requireSigned(request, child, env);
  return { serviceLevels, database: await databaseStatus(env) };
}

async function databaseStatus({ DATABASE }: ProfessionalEnvironment): Promise<string> {
  if (DATABASE === undefined) return "none";
  try {
    await askPostgres(DATABASE);
    return "ok";
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : String(error)}`;
  }
}
