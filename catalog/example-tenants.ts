import type { EnvironmentName } from "./environments.ts";
import { families } from "./families.ts";
import type { TenantSpec } from "./schema/tenant.ts";

/** Two tenants that `npm start` records in `local`, so that there is something to look at. */
export function exampleTenants(environment: EnvironmentName): TenantSpec[] {
  const { domain } = families["digital-dossier"].places[environment];
  return [
    {
      id: "harbor-law",
      title: "Harbor Law",
      owner: "digital-dossier",
      hostname: `harbor-law.${domain}`,
      labels: { example: "yes" },
      createdAt: "2026-11-01T00:00:00Z",
      branding: {
        name: "Harbor Law",
        colours: { text: "#1b1b1b", background: "#ffffff", accent: "#1a4f8b", onAccent: "#ffffff" },
      },
    },
    {
      id: "lakeside-accounting",
      title: "Lakeside Accounting",
      owner: "digital-dossier",
      dataClass: "financial",
      hostname: `lakeside-accounting.${domain}`,
      labels: { example: "yes" },
      createdAt: "2026-11-01T00:00:00Z",
      branding: {
        name: "Lakeside Accounting",
        colours: { text: "#f4f4f4", background: "#14251c", accent: "#8fd6a8", onAccent: "#10201a" },
      },
    },
  ];
}
