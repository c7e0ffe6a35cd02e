import type * as pulumi from "@pulumi/pulumi";
import { type ShellManifest, shellManifestBinding } from "../contracts/shell.ts";
import * as cloudflare from "./cloudflare.ts";
import type { Surroundings } from "./surroundings.ts";
import { shellCode } from "./worker/worker-code.ts";

/** One shell that answers in `local` for every script that services bind and nobody here deploys. */
export function externalStandIn(around: Surroundings, opts: pulumi.CustomResourceOptions): void {
  const { accountId, bundles, estate, registry, externalStandIn: scriptName } = around;
  const manifest: ShellManifest = {
    service: "external",
    environment: estate.environment.name,
    health: { path: "/health", expect: "ok" },
    bindings: {},
    missing: {},
  };
  const [any] = estate.services.flatMap(({ worker }) => worker ?? []);
  if (scriptName === undefined || any === undefined) return;
  const { compatibilityDate, compatibilityFlags, observability } = any;
  const script = new cloudflare.WorkersScript(
    "external-stand-in",
    {
      accountId,
      scriptName,
      ...shellCode({ classes: [], entrypoints: externalEntrypoints(around) }, bundles),
      compatibilityDate,
      compatibilityFlags: [...compatibilityFlags],
      observability,
      bindings: [{ name: shellManifestBinding, type: "plain_text", text: JSON.stringify(manifest) }],
      tailConsumers: tailConsumers(around).map((consumer) => ({ service: registry.script(consumer) })),
    },
    { ...opts, additionalSecretOutputs: ["bindings"] },
  );
  registry.publishScript(scriptName, script.scriptName);
}

/** Those of the services, but for one that binds the stand-in itself: each would wait for the other. */
function tailConsumers({ estate: { services } }: Surroundings): string[] {
  const consumers = new Set(services.flatMap(({ worker }) => worker?.tailConsumers ?? []));
  for (const { worker, bindings } of services) {
    const bindsStandIn = bindings.some((binding) => binding.kind === "service" && binding.external);
    if (worker !== undefined && bindsStandIn) consumers.delete(worker.scriptName);
  }
  return [...consumers].sort();
}

function externalEntrypoints({ estate }: Surroundings): string[] {
  const bound = estate.services
    .flatMap(({ bindings }) => bindings)
    .flatMap((binding) => (binding.kind === "service" && binding.external ? (binding.entrypoint ?? []) : []));
  return [...new Set(bound)].sort();
}
