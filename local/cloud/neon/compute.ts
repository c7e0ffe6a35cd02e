import type { DefaultEndpointSettings, EndpointSettingsData } from "@neondatabase/api-client";
import type { NeonEndpointRecord, NeonOrganizationRecord, NeonProjectRecord } from "../store/records/neon.ts";
import { neonId } from "./ids.ts";
import { NeonError } from "./neon-error.ts";
import { openEndpoint } from "./open-endpoint.ts";
import { limitsOf } from "./plans.ts";
import type { NeonServices } from "./services.ts";

/** What a request says of a compute's size and sleep. */
interface ComputeSettings {
  autoscaling_limit_min_cu?: number | undefined;
  autoscaling_limit_max_cu?: number | undefined;
  suspend_timeout_seconds?: number | undefined;
}

/**
 * Size and sleep of a compute: as asked for, or as the project's default says.
 * @throws {NeonError} 400
 */
export function computeSize(
  organization: NeonOrganizationRecord,
  defaults: DefaultEndpointSettings,
  asked: ComputeSettings,
): { minCu: number; maxCu: number; suspendTimeoutSeconds: number } {
  const minCu = asked.autoscaling_limit_min_cu ?? defaults.autoscaling_limit_min_cu ?? 0.25;
  const defaultMaxCu = defaults.autoscaling_limit_max_cu ?? minCu;
  // One that is asked to start larger than the default's largest may grow to that.
  const isLarger = asked.autoscaling_limit_min_cu !== undefined && minCu > defaultMaxCu;
  const maxCu = asked.autoscaling_limit_max_cu ?? (isLarger ? minCu : defaultMaxCu);
  const suspendTimeoutSeconds = asked.suspend_timeout_seconds ?? defaults.suspend_timeout_seconds ?? 0;
  const most = limitsOf(organization).maxCu;
  if (minCu > maxCu) {
    throw new NeonError(
      400,
      `autoscaling_limit_min_cu (${minCu}) must not be greater than autoscaling_limit_max_cu (${maxCu})`,
    );
  }
  if (maxCu > most) {
    throw new NeonError(
      400,
      `autoscaling_limit_max_cu (${maxCu}) must not be greater than ${most}, the limit of the ${organization.plan} plan`,
    );
  }
  if (suspendTimeoutSeconds > 0 && suspendTimeoutSeconds < 60)
    throw new NeonError(400, `suspend_timeout_seconds (${suspendTimeoutSeconds}) must be -1, 0, or at least 60`);
  return { minCu, maxCu, suspendTimeoutSeconds };
}

interface NewEndpoint extends ComputeSettings {
  branchId: string;
  type: string;
  name?: string | undefined;
  settings?: EndpointSettingsData | undefined;
  pooler_enabled?: boolean | undefined;
  disabled?: boolean | undefined;
  passwordless_access?: boolean | undefined;
}

/** The record of a new endpoint. The fleet listens for it already, so that its ports are known; nothing is written yet. */
export async function newEndpoint(
  services: NeonServices,
  organization: NeonOrganizationRecord,
  project: NeonProjectRecord,
  asked: NewEndpoint,
): Promise<NeonEndpointRecord> {
  const at = new Date(services.clock.now()).toISOString();
  const endpoint = {
    id: neonId("ep"),
    projectId: project.id,
    branchId: asked.branchId,
    name: asked.name,
    regionId: project.regionId,
    type: asked.type === "read_only" ? ("read_only" as const) : ("read_write" as const),
    ...computeSize(organization, project.defaultEndpointSettings, asked),
    settings: asked.settings ?? { pg_settings: project.defaultEndpointSettings.pg_settings ?? {} },
    isPoolerEnabled: asked.pooler_enabled ?? false,
    isDisabled: asked.disabled ?? false,
    isPasswordless: asked.passwordless_access ?? true,
    createdAt: at,
    updatedAt: at,
  };
  return { ...endpoint, ports: await openEndpoint(services, endpoint) };
}

/** Runs `work`; when it fails, the endpoints that were opened for it are closed again. */
export async function withEndpoints<T>(
  services: NeonServices,
  endpoints: NeonEndpointRecord[],
  work: () => T,
): Promise<T> {
  try {
    return work();
  } catch (error) {
    for (const { id } of endpoints) await services.fleet.closeEndpoint(id);
    throw error;
  }
}
