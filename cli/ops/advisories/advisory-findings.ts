import type { ReportedFinding } from "../../../contracts/ops-security.ts";
import type { ScriptView } from "../scan/view-account.ts";
import { type Advisory, affects, severityOf } from "./advisory.ts";

/** Advisories about what deployed Workers are made of, as their own builds wrote it into them. */
export function advisoryFindings(
  scripts: readonly Pick<ScriptView, "name" | "service" | "family" | "packages">[],
  advisories: readonly Advisory[],
): ReportedFinding[] {
  return scripts.flatMap(({ name, service = name, family = "chittyos", packages = [] }) =>
    packages.flatMap((each) =>
      advisories
        .filter((one) => affects(one, each))
        .map((one) => ({
          rule: "advisory" as const,
          service: service.slice(0, 63),
          family,
          severity: severityOf(one),
          detail: `${one.id}/${each.name}@${each.version}`.replaceAll(/[^\x21-\x7e]/g, "?").slice(0, 100),
          found: `${each.name} ${each.version} is in what is deployed: ${one.id} ${one.summary ?? ""}`
            .trim()
            .slice(0, 1_000),
          remedy:
            `Update ${each.name}, build, and deploy again: https://osv.dev/vulnerability/${encodeURIComponent(one.id)}`.slice(
              0,
              500,
            ),
        })),
    ),
  );
}
