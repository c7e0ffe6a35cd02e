import { type ScriptRecord, scripts } from "../../store/records/workers.ts";
import type { Store } from "../../store/store.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { deployedVersion, scriptOf } from "./script-target.ts";

export const referenceRoutes: Route[] = [
  // `wrangler delete` looks for containers that depend on a Worker; the embedded cloud has none.
  route("GET", "/accounts/:account/containers/applications", () => ok([])),
  route("GET", "/accounts/:account/workers/scripts/:script/references", (call) =>
    ok(referencesTo(call.store, scriptOf(call))),
  ),
  route("GET", "/accounts/:account/workers/tails/by-consumer/:script", (call) => {
    const { name } = scriptOf(call);
    const producers = call.store
      .list(scripts, call.accountId)
      .filter((other) => other.tailConsumers.some(({ service }) => service === name));
    return ok(
      producers.map((producer) => ({
        tag: producer.tag,
        log_push: false,
        consumer: { script: name },
        producer: { script: producer.name },
        created_on: producer.createdOn,
        modified_on: producer.modifiedOn,
      })),
    );
  }),
];

export interface References {
  services: {
    incoming: { service: string; environment: string; name: string }[];
    outgoing: { service: string; environment: string; name: string }[];
  };
  durable_objects: {
    service: string;
    environment: string;
    name: string;
    durable_object_namespace_id: string;
    durable_object_namespace_name: string;
  }[];
  dispatch_outbounds: { namespace: string; service: string; environment: string; name: string }[];
}

/** Which other scripts are bound to this one. */
export function referencesTo(store: Store, script: ScriptRecord): References {
  const references: References = {
    services: { incoming: [], outgoing: [] },
    durable_objects: [],
    dispatch_outbounds: [],
  };
  for (const other of store.list(scripts, script.accountId)) {
    if (other.name === script.name) continue;
    const from = { service: other.name, environment: "production" };
    for (const binding of deployedVersion(store, other)?.bindings ?? []) {
      const { type, name } = binding;
      if (type === "service" && binding.service === script.name) references.services.incoming.push({ ...from, name });
      if (type === "durable_object_namespace" && binding.script_name === script.name) {
        const className = String(binding.class_name ?? "");
        const namespace = {
          durable_object_namespace_id: "",
          durable_object_namespace_name: `${script.name}_${className}`,
        };
        references.durable_objects.push({ ...from, name, ...namespace });
      }
      if (type === "dispatch_namespace" && outboundWorker(binding.outbound) === script.name) {
        references.dispatch_outbounds.push({ ...from, name, namespace: String(binding.namespace) });
      }
    }
  }
  for (const binding of deployedVersion(store, script)?.bindings ?? []) {
    if (binding.type !== "service") continue;
    references.services.outgoing.push({
      service: String(binding.service),
      environment: "production",
      name: binding.name,
    });
  }
  return references;
}

function outboundWorker(outbound: unknown): string | undefined {
  const worker = (outbound as { worker?: { service?: string } } | undefined)?.worker;
  return worker?.service;
}
