import type { ReportedFinding } from "../../../contracts/ops-security.ts";
import type { AccountView } from "./view-account.ts";

/** Scripts that are reached around the hosts that they have: at the account's workers.dev subdomain, or as a preview of a version there. */
export function exposedScripts({ account, scripts }: AccountView): ReportedFinding[] {
  return scripts.flatMap(({ name, service = name, family = "chittyos", workersDev: { enabled, previews } }) => {
    if (!enabled && !previews) return [];
    const what = enabled ? "its workers.dev address" : "addresses of its previews on workers.dev";
    return [
      {
        rule: "workers-dev",
        service: service.slice(0, 63),
        family,
        severity: enabled ? "major" : "minor",
        detail: name.slice(0, 100),
        found: `the Worker ${name} of the account ${account} is reached at ${what}, where neither Access nor a rule of a zone protects it`,
        remedy: "Turn it off: npx chittyops drift --fix, or at the Worker's domains if no stack has it.",
      },
    ];
  });
}
