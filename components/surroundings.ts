import type * as pulumi from "@pulumi/pulumi";
import type { ResolvedEstate } from "../catalog/index.ts";
import type { Bundles } from "./artifact.ts";
import type { OutputRegistry } from "./output-registry.ts";
import type { SecretSet } from "./secret-set.ts";

/** What the services of one stack share. It holds live objects, so it is no input of a component. */
export interface Surroundings {
  estate: ResolvedEstate;
  accountId: string;
  zoneId: string;
  bundles: Bundles;
  registry: OutputRegistry;
  secrets: SecretSet;
  /** Key of the secret that a shell's callers have to show. */
  shellToken: string;
  /** Key of the KV store that holds the registry's records; absent where no registry is deployed in this stack. */
  registryStore?: string;
  /** Name of the script that is bound in place of those nobody here deploys; absent: those exist at the cloud. */
  externalStandIn?: string;
  /** Of `local`: where the edge listens, e.g. `http://127.0.0.1:41802`; requests go there with the service's host. */
  edgeUrl?: string;
  /** Of `local`: where the embedded cloud says how far its clock is ahead. */
  clockUrl?: string;
  /** Tail consumers of every Worker besides those that the catalog names, e.g. the operations plane. */
  tailConsumers?: readonly pulumi.Input<string>[];
}
