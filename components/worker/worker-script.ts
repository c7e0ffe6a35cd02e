import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { ResolvedService, ResolvedWorker } from "../../catalog/index.ts";
import { type ShellManifest, shellManifestBinding, shellTokenBinding } from "../../contracts/shell.ts";
import * as cloudflare from "../cloudflare.ts";
import { programPath } from "../program-path.ts";
import type { Surroundings } from "../surroundings.ts";
import { type CloudflareBinding, cloudflareBinding } from "./cloudflare-binding.ts";
import { firstUploads } from "./first-uploads.ts";
import { workerCode } from "./worker-code.ts";

/**
 * The script of a service. Other Workers learn its name through the registry: from the moment that something answers to it where
 * bindings form a cycle, else once the script itself is there. What it has to find is in `after`.
 */
export function workerScript(
  service: ResolvedService,
  worker: ResolvedWorker,
  around: Surroundings,
  after: readonly pulumi.Resource[],
  opts: pulumi.CustomResourceOptions,
): cloudflare.WorkersScript {
  const closesCycle = around.estate.shellFirst.includes(service.name);
  const args = scriptArgs(service, worker, around);
  const first = firstUploads(service.name, worker, { accountId: around.accountId, closesCycle }, opts);
  const script = new cloudflare.WorkersScript(
    `${service.name}-script`,
    {
      ...args,
      annotations: {
        workersTag: release(args, around.secrets.value(around.shellToken)),
        // A first upload overwrites a script that was there before it: saying which ones there were has this one uploaded after them.
        ...(first.length > 0 && { workersMessage: `after ${first.map(({ tag }) => tag).join(", ")}` }),
      },
      // Others of its cycle still bind the script when its turn to be deleted comes.
      ...(closesCycle && { force: true }),
    },
    { ...opts, dependsOn: [...after, ...first.map(({ script }) => script)], additionalSecretOutputs: ["bindings"] },
  );
  const earliest = closesCycle ? (first.at(-1)?.script ?? script) : script;
  around.registry.publishScript(worker.scriptName, earliest.scriptName);
  return script;
}

/**
 * Names everything that is uploaded, in 16 hexadecimal digits: as the tag of the version at Cloudflare, and as what the health gate waits
 * for. It covers secrets, so it is keyed with one, and tells nothing about them.
 */
export function release(args: cloudflare.WorkersScriptArgs, key: pulumi.Output<string>): pulumi.Output<string> {
  const digest = pulumi
    .all([pulumi.jsonStringify(args), key])
    .apply(([inputs, key]) => createHmac("sha256", key).update(inputs).digest("hex").slice(0, 16));
  return pulumi.unsecret(digest);
}

function scriptArgs(service: ResolvedService, worker: ResolvedWorker, around: Surroundings) {
  const { accountId, bundles, registry } = around;
  const { limits, placement, observability, assets } = worker;
  const hasCode = bundles.own.has(service.name);
  const consumers = [...worker.tailConsumers.map((name) => registry.script(name)), ...(around.tailConsumers ?? [])].map(
    (consumer) => ({ service: consumer }),
  );
  return {
    accountId,
    scriptName: worker.scriptName,
    ...workerCode(service.name, worker, around.estate, bundles),
    ...(hasCode && assets && { assets: assetsOf(assets) }),
    compatibilityDate: worker.compatibilityDate,
    compatibilityFlags: [...worker.compatibilityFlags].sort(),
    bindings: bindingsOf(service, around, hasCode),
    ...(limits && { limits }),
    ...(placement === "smart" && { placement: { mode: "smart" } }),
    observability,
    // Cloudflare answers nothing where there is none, so that an empty list would be a difference after each refresh.
    ...(consumers.length > 0 && { tailConsumers: consumers }),
  } satisfies cloudflare.WorkersScriptArgs;
}

function assetsOf({ directory, ...config }: NonNullable<ResolvedWorker["assets"]>) {
  return { directory: programPath(directory), config };
}

/** Sorted by name, since Cloudflare answers in no order that can be relied on. */
function bindingsOf(service: ResolvedService, around: Surroundings, hasCode: boolean): CloudflareBinding[] {
  const { registry, secrets, shellToken, externalStandIn } = around;
  const bound = service.bindings.map((declared) => ({
    declared,
    bound: cloudflareBinding(declared, { registry, secrets, hasCode, externalStandIn }),
  }));
  const made = bound.flatMap(({ bound }) => (bound !== undefined && "binding" in bound ? [bound.binding] : []));
  if (!hasCode) {
    const manifest: ShellManifest = {
      service: service.name,
      environment: around.estate.environment.name,
      health: service.health,
      bindings: Object.fromEntries(
        bound.flatMap(({ declared, bound }) => (bound === undefined ? [] : [[declared.name, declared.kind]])),
      ),
      missing: Object.fromEntries(
        bound.flatMap(({ declared, bound }) =>
          bound !== undefined && "missing" in bound ? [[declared.name, bound.missing]] : [],
        ),
      ),
    };
    made.push(
      { name: shellManifestBinding, type: "plain_text", text: JSON.stringify(manifest) },
      { name: shellTokenBinding, type: "secret_text", text: pulumi.secret(secrets.value(shellToken)) },
    );
  }
  const nameOf = ({ name }: CloudflareBinding) => (typeof name === "string" ? name : "");
  return made.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
