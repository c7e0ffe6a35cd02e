import { expect, it } from "vitest";
import type { ResolvedService } from "../../../catalog/index.ts";
import { staleSecrets } from "./stale-secrets.ts";

const now = Date.parse("2026-11-26T12:00:00Z");
const ago = (days: number) => new Date(now - days * 24 * 3_600_000).toISOString();
const urn = (type: string, name: string) => `urn:pulumi:dev::chittyops::chittyops:index:SecretSet$${type}::${name}`;
const password = "random:index/randomPassword:RandomPassword";
const stored = "cloudflare:index/secretsStoreSecret:SecretsStoreSecret";
const generated = (key: string, days: number) => ({
  urn: urn(password, `secrets-${key}`),
  type: password,
  custom: true,
  created: ago(days),
  modified: ago(1),
});

const secret = (name: string, given: object) => ({ key: `chittyfinance/${name}`, name, shared: false, ...given });
const services = [
  {
    name: "chittyfinance",
    secrets: [
      secret("OLD", { source: "generated", length: 32, rotateEvery: "90d" }),
      secret("VERY_OLD", { source: "generated", length: 32, rotateEvery: "90d" }),
      secret("NEW", { source: "generated", length: 32, rotateEvery: "90d" }),
      secret("FOR_EVER", { source: "generated", length: 32 }),
      secret("GIVEN", { source: "provided", variable: "GIVEN", rotateEvery: "90d" }),
      secret("KEPT", { source: "provided", variable: "KEPT", rotateEvery: "90d" }),
    ],
    bindings: [{ kind: "secrets-store", name: "KEPT", secret: "chittyfinance/KEPT", entry: "kept-dev" }],
  },
] as unknown as ResolvedService[];

it("finds secrets that are older than the catalog lets them be, and says of which it cannot tell", () => {
  const resources = [
    generated("chittyfinance/OLD", 91),
    generated("chittyfinance/VERY_OLD", 180),
    generated("chittyfinance/NEW", 89),
    generated("chittyfinance/FOR_EVER", 900),
    {
      urn: urn(stored, "secrets-kept-dev"),
      type: stored,
      custom: true,
      inputs: { name: "kept-dev" },
      modified: ago(100),
    },
  ];
  const { findings, unknown } = staleSecrets({ family: "chittyos", services, resources }, now);
  expect(findings.map(({ detail, severity, found }) => [detail, severity, found])).toEqual([
    ["chittyfinance/OLD", "minor", "chittyfinance/OLD is 91 days old; the catalog has it made anew every 90"],
    ["chittyfinance/VERY_OLD", "major", expect.stringContaining("180 days old")],
    ["chittyfinance/KEPT", "minor", expect.stringContaining("100 days old")],
  ]);
  expect(unknown).toEqual(["chittyfinance/GIVEN"]);
});
