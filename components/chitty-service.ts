import * as pulumi from "@pulumi/pulumi";
import type { ResolvedService } from "../catalog/index.ts";
import * as cloudflare from "./cloudflare.ts";
import type { NeonDatabase } from "./neon-database.ts";
import { publicUrl } from "./public-url.ts";
import type { Surroundings } from "./surroundings.ts";
import { addresses } from "./worker/addresses.ts";
import { contractMigrations, makeDatabases } from "./worker/databases.ts";
import { healthGate } from "./worker/health-gate.ts";
import { queueConsumers } from "./worker/queue-consumers.ts";
import { registryEntry } from "./worker/registry-entry.ts";
import { makeStores } from "./worker/stores.ts";
import { workerScript } from "./worker/worker-script.ts";

export interface ChittyServiceArgs {
  /** A service as the catalog resolves it, e.g. `resolve("prod", "chittyos").services[0]`. */
  service: ResolvedService;
  /** `local`, `dev` or `prod`. */
  environment: string;
  /** Id of the tenant whose own it is; by default it is shared by all. */
  tenant?: string;
}

export type Health = "healthy" | "unchecked";

/**
 * A service of ChittyOS: its databases, what else it stores, the Worker that runs it with its bindings, addresses and queues, its entry in the registry,
 * the gate that waits for its health, and its schedules last. A service that runs elsewhere is only registered.
 *
 * Deleted in the opposite order: schedules, queue consumers, addresses, the script, what it stores.
 */
export class ChittyService extends pulumi.ComponentResource {
  /** Absent for a package that runs nowhere. */
  declare readonly url: pulumi.Output<string | undefined>;
  /** Absent where the service runs elsewhere. */
  declare readonly scriptName: pulumi.Output<string | undefined>;
  /** `healthy` once the gate has passed; `unchecked` where there is none. */
  declare readonly health: pulumi.Output<Health>;
  /** Names of the stores at the cloud, by their key in the catalog. */
  declare readonly stores: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: ChittyServiceArgs, around: Surroundings, opts?: pulumi.ComponentResourceOptions) {
    super("chittyops:index:ChittyService", name, about(args), opts);
    const { service } = args;
    const databases = makeDatabases(service, around, { parent: this });
    makeStores(service, around, { parent: this });
    const deployed = this.#deploy(service, databases, around);
    this.url = pulumi.output(publicUrl(service, around.edgeUrl));
    this.scriptName = pulumi.output(deployed?.scriptName);
    this.health = deployed?.health ?? pulumi.output<Health>("unchecked");
    this.stores = pulumi.output(Object.fromEntries(service.stores.map(({ key, physicalName }) => [key, physicalName])));
    this.registerOutputs({ url: this.url, scriptName: this.scriptName, health: this.health, stores: this.stores });
  }

  #deploy(service: ResolvedService, databases: readonly NeonDatabase[], around: Surroundings) {
    const { worker } = service;
    if (worker === undefined) {
      registryEntry(service, around, { parent: this });
      return undefined;
    }
    const script = workerScript(
      service,
      worker,
      around,
      databases.flatMap(({ ready }) => ready),
      { parent: this },
    );
    const consumers = queueConsumers(service, script, around, { parent: this });
    const reachable = addresses(service, script, around, { parent: this });
    registryEntry(service, around, { parent: this, dependsOn: script });
    const where = { cloud: around.estate.environment.cloud, edgeUrl: around.edgeUrl };
    const gate = healthGate(service, script, where, { parent: this, dependsOn: [...consumers, ...reachable] });
    const healthy = gate === undefined ? reachable : [gate];
    contractMigrations(service, databases, script, around, { parent: this, dependsOn: healthy });
    this.#schedule(service, script, around, healthy);
    return { scriptName: script.scriptName, health: gate?.stdout.apply((): Health => "healthy") };
  }

  /** Made for every Worker, since a schedule is not taken away by deleting this resource, only by an empty list. */
  #schedule(
    service: ResolvedService,
    script: cloudflare.WorkersScript,
    { accountId }: Surroundings,
    dependsOn: pulumi.Resource[],
  ): void {
    new cloudflare.WorkersCronTrigger(
      `${service.name}-crons`,
      { accountId, scriptName: script.scriptName, schedules: service.crons.map((cron) => ({ cron })) },
      { parent: this, dependsOn },
    );
  }
}

/**
 * What the engine, and so a policy, sees of a service besides the resources it is made of. Not the whole declaration: it would be
 * written with the state at each step, and the resources say the rest.
 */
function about({ service, environment, tenant = "shared" }: ChittyServiceArgs): pulumi.Inputs {
  const { name, uri, family, tier, owner, dataClass, hosting, hosts, health, url, worker, bindings } = service;
  const code = worker === undefined ? "elsewhere" : worker.artifact === undefined ? "shell" : "own";
  const sharedStores = bindings.flatMap((binding) =>
    "target" in binding && "id" in binding.target && binding.target.shared ? [binding.target.id] : [],
  );
  return {
    name,
    app: name,
    tenant,
    uri,
    environment,
    family,
    tier,
    owner,
    dataClass,
    hosting: hosting.kind,
    code,
    hosts,
    health,
    url,
    ...(worker !== undefined && { bindingNames: boundNames(bindings, code) }),
    ...(sharedStores.length > 0 && { sharedStores }),
  };
}

/** Names of the bindings that the Worker has to have; a shell lacks those that come with code. Said here apart from where they are made. */
function boundNames(bindings: ResolvedService["bindings"], code: string): string[] {
  return bindings
    .filter((binding) => {
      if (binding.kind === "queue-consumer") return false;
      if (code === "own") return true;
      return binding.kind !== "assets" && (binding.kind !== "workflow" || binding.scriptName !== undefined);
    })
    .map(({ name }) => name);
}
