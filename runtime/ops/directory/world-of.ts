import { checking } from "../../../contracts/ops-health.ts";
import { configurationOf } from "../configuration.ts";
import { type OpsEnvironment, onlyObject } from "../environment.ts";
import { fetchSafely, OutboundError } from "../outbound/fetch-safely.ts";
import { CatalogRecords } from "../registry/catalog-records.ts";
import type { World } from "./directory-keeper.ts";

/** What the deployed plane reaches. */
export function worldOf(env: OpsEnvironment): World {
  const { environment, access } = configurationOf(env);
  const options = {
    local: environment === "local",
    timeout: checking.timeout,
    headers: { "user-agent": "ChittyOps", "x-source-service": "chittyops", accept: "*/*" },
  };
  /** The issuer's keys are public, and come from neither our services nor our zones. */
  const canary = async () => {
    try {
      const address = new URL("/cdn-cgi/access/certs", access.issuer).href;
      return (await fetchSafely(address, { ...options, largestBody: 1, ours: true })).status === 200;
    } catch (error) {
      if (error instanceof OutboundError) return false;
      throw error;
    }
  };
  return {
    get: (url, { largestBody, ours }) => fetchSafely(url, { ...options, largestBody, ours }),
    records: new CatalogRecords(env.REGISTRY_RECORDS),
    // Where the keys are given, there is no issuer to ask.
    canary: access.publicKeys === undefined ? canary : undefined,
    incidents: {
      raise: (signal) => env.INCIDENT_DESK.getByName(onlyObject).raise(signal),
      clear: (fingerprint, at, reason) => env.INCIDENT_DESK.getByName(onlyObject).clear(fingerprint, at, reason),
    },
    events: { publish: (event) => env.EVENT_HUB.getByName(onlyObject).publish(event) },
  };
}
