import * as pulumi from "@pulumi/pulumi";
import { physicalName, type ResolvedEstate, resolve } from "../../catalog/index.ts";
import { findBundles } from "../../components/artifact.ts";
import { ChittyService } from "../../components/chitty-service.ts";
import { externalStandIn } from "../../components/external-stand-in.ts";
import { refuse } from "../../components/input-problems.ts";
import { OutputRegistry } from "../../components/output-registry.ts";
import type { Surroundings } from "../../components/surroundings.ts";
import type { Providers } from "../shared/providers.ts";
import type { CoreConfig } from "./config.ts";
import { epochProblems, makeEnrolmentKeys } from "./enrolment-keys.ts";
import { opsPlane, planeProblems } from "./ops-plane.ts";
import { outputs } from "./outputs.ts";
import { secretProblems, secretSet, secretsOf, shellToken } from "./secrets.ts";
import { edgeZone } from "./zone.ts";

/**
 * Makes the core estate of an environment, and returns what the stack exports.
 *
 * @throws CatalogError, pulumi.InputPropertiesError with everything that is wrong with what the program was given.
 */
export async function core(
  environment: string,
  config: CoreConfig,
  provider: Providers,
): Promise<Record<string, unknown>> {
  const estate = resolve(environment, "chittyos");
  const secrets = secretsOf(estate);
  const { bundles, problems } = await findBundles(estate.services);
  refuse([
    ...problems,
    ...secretProblems(estate, secrets, config),
    ...planeProblems(estate, config),
    ...epochProblems(config),
  ]);

  if (config.offline) {
    await pulumi.log.warn("This preview is offline: ids and provided secrets that are not known are marked dummies.");
  }
  const opts = { providers: Object.values(provider) };
  const registry = new OutputRegistry();
  const zone = edgeZone(estate, config, opts);
  const around: Surroundings = {
    estate,
    accountId: config.accountId,
    zoneId: config.zoneId,
    bundles,
    registry,
    secrets: secretSet(estate, secrets, config, registry, opts),
    shellToken: shellToken.key,
    ...registryStore(estate),
    ...standIn(estate),
    ...(config.edgeUrl !== undefined && { edgeUrl: config.edgeUrl }),
    ...(config.cloudflareBaseUrl !== undefined && {
      clockUrl: new URL("/_local/clock", config.cloudflareBaseUrl).href,
    }),
  };
  const keys = makeEnrolmentKeys(config, { provider: provider.random });
  const operations = await opsPlane(around, config, { zone, keys }, opts);
  if (operations !== undefined) around.tailConsumers = [operations.plane.scriptName];
  externalStandIn(around, { provider: provider.cloudflare });
  for (const service of estate.services) {
    new ChittyService(service.name, { service, environment }, around, opts);
  }
  registry.close();
  return outputs(around, config, { zone, keys, operations }, provider);
}

/** The store that the registry reads its records from, where this estate has the registry. */
function registryStore({ services }: ResolvedEstate): Pick<Surroundings, "registryStore"> {
  const registry = services.find(({ name }) => name === "chittyregistry");
  if (registry === undefined) return {};
  const store = registry.stores.find(({ kind, key }) => kind === "kv" && key === "chittyregistry/kv/store");
  if (store === undefined)
    throw new Error("chittyregistry has no KV store named store, which holds the registry's records");
  return { registryStore: store.key };
}

/** The embedded cloud has none of the scripts that others deploy to the account. */
function standIn({ environment, externalScripts }: ResolvedEstate): Pick<Surroundings, "externalStandIn"> {
  if (environment.cloud !== "embedded" || externalScripts.length === 0) return {};
  return { externalStandIn: physicalName("external-stand-in", undefined, environment.name) };
}
