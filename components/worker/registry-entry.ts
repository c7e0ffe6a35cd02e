import type * as pulumi from "@pulumi/pulumi";
import type { ResolvedService } from "../../catalog/index.ts";
import { type RegistryRecord, recordPrefix } from "../../contracts/registry-record.ts";
import * as cloudflare from "../cloudflare.ts";
import { publicUrl } from "../public-url.ts";
import type { Surroundings } from "../surroundings.ts";
import { dependenciesOf } from "./dependencies-of.ts";

/** Enters a service in the registry, if this stack has one. */
export function registryEntry(
  service: ResolvedService,
  around: Surroundings,
  opts: pulumi.CustomResourceOptions,
): void {
  const { accountId, registry, registryStore } = around;
  if (registryStore === undefined) return;
  new cloudflare.WorkersKv(
    `${service.name}-record`,
    {
      accountId,
      namespaceId: registry.store(registryStore).id,
      keyName: `${recordPrefix}${service.name}`,
      value: JSON.stringify(record(service, around)),
    },
    opts,
  );
}

function record(service: ResolvedService, around: Surroundings): RegistryRecord {
  const { name, uri, description, family, tier, owner, dataClass, hosting, worker, health } = service;
  const url = publicUrl(service, around.edgeUrl);
  const healthUrl = url === undefined ? undefined : new URL(health.path, url).href;
  const version = worker === undefined ? "external" : (around.bundles.own.get(name)?.sha256 ?? "shell");
  return {
    name,
    uri,
    description,
    entity_type: "service",
    subtype: hosting.kind,
    family,
    environment: around.estate.environment.name,
    tier,
    owner,
    data_class: dataClass,
    ...(worker !== undefined && { script: worker.scriptName }),
    version,
    endpoints: url === undefined || healthUrl === undefined ? [] : [url, healthUrl],
    ...(healthUrl !== undefined && { health_check: { url: healthUrl, expect: health.expect } }),
    ...(url !== undefined && service.mcp !== undefined && { mcp_url: new URL(service.mcp, url).href }),
    dependencies: dependenciesOf(service, around.estate),
    status: "active",
  };
}
