import { expect, it } from "vitest";
import type { Control } from "../../contracts/policy-result.ts";
import { government } from "./pack.ts";

/**
 * The catalogue of rules, in its order: enforcement (mandatory, advisory, remediate) and controls. A control without a sign is in NIST's
 * Moderate baseline and in CJIS 5.9.5, one with † in neither.
 */
const catalogue = [
  ["r2-jurisdiction", "M", "CM-12 SA-9(5)†"],
  ["store-jurisdiction", "M", "CM-12 SA-9(5)†"],
  ["binding-jurisdiction", "M", "CM-6b"],
  ["neon-region", "M", "CM-12 SA-9(5)†"],
  ["regional-hostname", "A", "SA-9(5)†"],
  ["own-key", "M", "SC-12 SC-28(1)"],
  ["no-hyperdrive-cache", "M", "SC-28 SC-4"],
  ["min-tls-version", "R", "SC-8(1)"],
  ["strict-ssl", "R", "SC-8(1)"],
  ["r2-domain-tls", "R", "SC-8(1)"],
  ["no-managed-domain", "M", "AC-3 SC-7"],
  ["hyperdrive-verifies", "M", "SC-8(1) IA-9†"],
  ["dnssec", "A", "SC-20"],
  ["no-workers-dev", "R", "SC-7 CM-7"],
  ["zone-firewall", "M", "SC-7 SC-5 SI-4"],
  ["neon-network", "M", "SC-7(5)"],
  ["logical-replication", "M", "AC-4"],
  ["access-application", "M", "AC-3 AC-14"],
  ["access-mfa", "M", "IA-2(1) IA-2(2)"],
  ["access-session", "M", "AC-12"],
  ["named-service-tokens", "M", "AC-3 AC-6"],
  ["narrow-api-tokens", "M", "AC-6 IA-5f"],
  ["logs-pushed", "M", "AU-12"],
  ["worker-logs", "R", "AU-12"],
  ["log-lock", "M", "AU-11 AU-9a"],
  ["lifecycle-after-lock", "M", "AU-11 SI-12"],
  ["logs-out-of-reach", "M", "AU-9 AU-9(4)"],
  ["logpush-alert", "M", "AU-5a"],
  ["record-lock", "M", "SI-12"],
  ["neon-history", "M", "CP-9a CP-10"],
  ["backup-bucket", "M", "CP-9a CP-9d CP-6"],
  ["protected-branch", "M", "CM-5~"],
  ["no-plain-secret", "M", "IA-5g IA-5(7)†"],
  ["strong-secrets", "M", "IA-5c"],
  ["plain-commands", "M", "CM-7(5) IA-5g"],
  ["protected-data", "M", "CM-5~"],
  ["explicit-provider", "M", "CM-6 AC-6"],
  ["no-ignored-changes", "M", "CM-3 CM-6d"],
  ["known-origin", "M", "CM-8 CM-12"],
  ["marked-secrets", "A", "IA-5g"],
] as const;

const enforcements = { M: "mandatory", A: "advisory", R: "remediate" } as const;

/** What a rule says of controls, in the catalogue's signs; `?` for one that it says otherwise. */
function written(controls: readonly Control[]): string {
  const nist = controls.filter(({ framework }) => framework === "NIST SP 800-53 r5");
  const cjis = new Map(
    controls.flatMap(({ framework, id, support }) => (framework === "CJIS 5.9.5" ? [[id, support] as const] : [])),
  );
  const signs = nist.map(({ id, support }) => {
    const other = cjis.get(id);
    cjis.delete(id);
    if (support === "supporting" && other === "supporting") return id;
    if (support === "weak" && other === "weak") return `${id}~`;
    return support === "supporting; in neither Moderate nor CJIS 5.9.5" && other === undefined ? `${id}†` : `${id}?`;
  });
  return [...signs, ...[...cjis.keys()].map((id) => `${id}?`)].join(" ");
}

it("has every rule of the catalogue, as binding as it says, with its controls", () => {
  expect(government.rules.map(({ id, enforcement, controls }) => [id, enforcement, written(controls)])).toEqual(
    catalogue.map(([id, letter, controls]) => [`government-${id}`, enforcements[letter], controls]),
  );
});
