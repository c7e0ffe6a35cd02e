import { join } from "node:path";
import { repositoryRoot } from "../../local/engine/home.ts";

/** What the engine is told about policy packs. */
export interface PackOptions {
  policyPacks: string[];
  policyPackConfigs?: string[];
}

const everyPack = join(repositoryRoot, "policies/all");

/** Has the engine ask every rule about what it plans. @param configFile see `ruleConfiguration` */
export function everyRule(configFile: string): PackOptions {
  return { policyPacks: [everyPack], policyPackConfigs: [configFile] };
}

/** What the rules are told besides the plan. `tenants`: ids of those that the registry of tenants knows. */
export function ruleConfiguration(tenants: readonly string[]): string {
  return JSON.stringify({ "chittyops-all-mandatory": { tenants } });
}

/** Has the engine mend what rules mend, and ask nothing: what was made is asked about once it is there. */
export const remediationsOnly: PackOptions = {
  policyPacks: [everyPack],
  policyPackConfigs: [join(everyPack, "remediate-only.json")],
};
