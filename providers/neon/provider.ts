import type { Problem } from "../kit/check.ts";
import type { ProviderDefinition } from "../kit/definition.ts";
import { ProviderError } from "../kit/errors.ts";
import type { ValueMap } from "../kit/value.ts";
import { officialBaseUrl, openApi } from "./api/open-api.ts";
import type { NeonClient } from "./client.ts";
import { branch } from "./resources/branch.ts";
import { database } from "./resources/database.ts";
import { endpoint } from "./resources/endpoint.ts";
import { migrations } from "./resources/migrations.ts";
import { project } from "./resources/project.ts";
import { role } from "./resources/role.ts";
import { runtimeRole } from "./resources/runtime-role.ts";
import { snapshotSchedule } from "./resources/snapshot-schedule.ts";
import { textOf } from "./text-of.ts";

const text = { type: "string" } as const;

/** Neon, ours in every environment. `options` is for tests, which cannot wait that long. */
export function neon(options: { retryDelayMs?: number } = {}): ProviderDefinition<NeonClient> {
  return {
    name: "neon",
    version: "0.1.0",
    config: { apiKey: { ...text, secret: true }, baseUrl: text, orgId: text },
    checkConfig,
    configure: (config) => {
      const baseUrl = known(config.baseUrl) ?? textOf(process.env.NEON_BASE_URL) ?? officialBaseUrl;
      if (!URL.canParse(baseUrl)) {
        throw new ProviderError(`NEON_BASE_URL must be a URL such as ${officialBaseUrl}, found ${baseUrl}.`);
      }
      const apiKey = known(config.apiKey) ?? process.env.NEON_API_KEY ?? "";
      return { api: openApi({ ...options, baseUrl, apiKey }), orgId: known(config.orgId) };
    },
    resources: {
      "neon:index:Branch": branch,
      "neon:index:Database": database,
      "neon:index:Endpoint": endpoint,
      "neon:index:Migrations": migrations,
      "neon:index:Project": project,
      "neon:index:Role": role,
      "neon:index:RuntimeRole": runtimeRole,
      "neon:index:SnapshotSchedule": snapshotSchedule,
    },
  };
}

function known(value: ValueMap[string] | undefined): string | undefined {
  return typeof value === "string" ? textOf(value) : undefined;
}

function checkConfig(config: ValueMap): Problem[] {
  const problems: Problem[] = [];
  const baseUrl = known(config.baseUrl);
  if (baseUrl !== undefined && !URL.canParse(baseUrl)) {
    problems.push({ path: ["baseUrl"], reason: `must be a URL such as ${officialBaseUrl}, found ${baseUrl}` });
  }
  const orgId = known(config.orgId);
  if (orgId !== undefined && !/^[a-z0-9-]{1,60}$/.test(orgId)) {
    problems.push({
      path: ["orgId"],
      reason: `must be an organization's id such as org-quiet-river-12345678, found ${orgId}`,
    });
  }
  return problems;
}
