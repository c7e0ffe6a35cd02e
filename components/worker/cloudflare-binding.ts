import * as pulumi from "@pulumi/pulumi";
import type { ResolvedBinding } from "../../catalog/index.ts";
import type * as cloudflare from "../cloudflare.ts";
import type { OutputRegistry } from "../output-registry.ts";
import type { SecretSet } from "../secret-set.ts";

export type CloudflareBinding = cloudflare.inputs.WorkersScriptBinding;

/** What a binding of the catalog is at Cloudflare, or why there is none. */
export type Bound = { binding: CloudflareBinding } | { missing: string };

export interface BindingSources {
  registry: OutputRegistry;
  secrets: SecretSet;
  /** Whether the Worker's own code is deployed; a shell has neither static files nor workflows. */
  hasCode: boolean;
  /** The script that answers in place of those that nobody here deploys; absent: they are bound by their own name. */
  externalStandIn: string | undefined;
}

/**
 * The entry in a Worker's flat list of bindings, in Cloudflare's words. Exhaustive: a kind that is new in the catalog does not compile.
 * `undefined` for what is no variable of the Worker at all.
 * Source: https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/#bindings
 */
export function cloudflareBinding(
  declared: ResolvedBinding,
  { registry, secrets, hasCode, externalStandIn }: BindingSources,
): Bound | undefined {
  const { name } = declared;
  switch (declared.kind) {
    case "kv":
      return made({ name, type: "kv_namespace", namespaceId: target(declared.target, "id", registry) });
    case "r2":
      return made({ name, type: "r2_bucket", bucketName: target(declared.target, "name", registry) });
    case "d1":
      return made({ name, type: "d1", id: target(declared.target, "id", registry) });
    case "queue":
      return made({ name, type: "queue", queueName: target(declared.target, "name", registry) });
    case "dispatch-namespace":
      return made({ name, type: "dispatch_namespace", namespace: target(declared.target, "name", registry) });
    case "hyperdrive":
      return made({ name, type: "hyperdrive", id: target(declared.target, "id", registry) });
    case "queue-consumer":
      return undefined;
    case "service": {
      const standsIn = declared.external ? externalStandIn : declared.scriptName;
      const service = standsIn === undefined ? declared.scriptName : registry.script(standsIn);
      return made({ name, type: "service", service, ...optional({ entrypoint: declared.entrypoint }) });
    }
    case "durable-object": {
      const { className, scriptName } = declared;
      const elsewhere = scriptName === undefined ? {} : { scriptName: registry.script(scriptName) };
      return made({ name, type: "durable_object_namespace", className, ...elsewhere });
    }
    case "workflow": {
      const { className, scriptName, workflowName } = declared;
      if (scriptName === undefined && !hasCode) return { missing: "its class comes with the service's own code" };
      const elsewhere = scriptName === undefined ? {} : { scriptName: registry.script(scriptName) };
      return made({ name, type: "workflow", className, workflowName, ...elsewhere });
    }
    case "secret":
      return made({ name, type: "secret_text", text: pulumi.secret(secrets.value(declared.secret)) });
    case "secrets-store":
      return made({ name, type: "secrets_store_secret", ...secrets.entry(declared.entry) });
    case "vectorize":
      return made({ name, type: "vectorize", indexName: declared.indexName });
    case "analytics-engine":
      return made({ name, type: "analytics_engine", dataset: declared.dataset });
    case "ratelimit": {
      const { namespaceId, limit, period } = declared;
      return made({ name, type: "ratelimit", namespaceId, simple: { limit, period } });
    }
    case "send-email": {
      const { destinationAddress, allowedSenderAddresses } = declared;
      return made({ name, type: "send_email", ...optional({ destinationAddress, allowedSenderAddresses }) });
    }
    case "var":
      return made({ name, type: "plain_text", text: declared.value });
    case "json":
      return made({ name, type: "json", json: JSON.stringify(declared.value) });
    case "ai":
    case "browser":
    case "images":
      return made({ name, type: declared.kind });
    case "version-metadata":
      return made({ name, type: "version_metadata" });
    case "assets":
      return hasCode
        ? made({ name, type: "assets" })
        : { missing: "its static files come with the service's own code" };
    default:
      return unhandled(declared);
  }
}

function made(binding: CloudflareBinding): Bound {
  return { binding };
}

/** What a binding points at: a store of this program, or one that was there before by what Cloudflare calls it. */
function target(
  where: { store: string } | { id: string },
  by: "id" | "name",
  registry: OutputRegistry,
): pulumi.Input<string> {
  return "id" in where ? where.id : registry.store(where.store)[by];
}

function optional<T extends object>(fields: T): Partial<{ [K in keyof T]: Exclude<T[K], undefined> }> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<{
    [K in keyof T]: Exclude<T[K], undefined>;
  }>;
}

function unhandled(binding: never): never {
  throw new Error(`no Cloudflare binding for ${JSON.stringify(binding)}`);
}
