import { randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import type { LiteChildInput } from "../../../contracts/lite-child.ts";

export const childKey = randomBytes(32).toString("hex");
export const rootKey = randomBytes(32).toString("hex");
export const laterRootKey = randomBytes(32).toString("hex");
/** In what a tenant says of itself, and in a query: neither may be shown, or kept. */
export const canary = "canary-5d0e71c2";
export const access = await generateKeyPair("RS256");
const accessJwk = { ...(await exportJWK(access.publicKey)), kid: "access-1", alg: "RS256", kty: "RSA" };
export const issuer = "https://county.cloudflareaccess.com";
export const verified = "http://idmanagement.gov/ns/assurance/ial/2";
const shared = {
  version: 1,
  environment: "local",
  createdAt: "2026-11-01T00:00:00Z",
  quota: { requestsPerDay: 1_000 },
  parent: { stack: "chittyops-contract/local", configVersion: "1", keyEpoch: 1 },
} as const;
const colours = { text: "#1b1b1b", background: "#ffffff", accent: "#0b5394", onAccent: "#ffffff" };
export const children: Record<string, LiteChildInput> = {
  court: {
    ...shared,
    child: "court",
    title: "Traffic court filings",
    url: "http://court.test",
    family: "cook-county",
    tenant: "circuit-court",
    keyVersion: 1,
    access: {
      issuer,
      audience: "court-app",
      publicKeys: { keys: [accessJwk] },
      assurance: [verified],
      administrators: ["clerk@county.test"],
    },
    court: { system: "efile", url: "http://efile.test/filings" },
  },
  portal: {
    ...shared,
    child: "portal",
    title: "Client portal",
    url: "http://portal.test",
    family: "digital-dossier",
    tenant: "acme",
    branding: { name: `Acme <script>${canary}</script>`, colours, domain: "portal.test" },
    serviceLevels: [{ name: "availability", good: { answers: true }, objective: 0.995, windowDays: 30 }],
  },
  notes: {
    ...shared,
    child: "notes",
    title: "Notes",
    url: "http://notes.test",
    family: "chitty-apps",
    budget: { unitsPerDay: 100 },
  },
  expired: {
    ...shared,
    child: "expired",
    title: "Pop-up shop",
    url: "http://expired.test",
    expiresAt: "2026-11-02T00:00:00Z",
    family: "chitty-apps",
    budget: { unitsPerDay: 100 },
  },
  suspended: {
    ...shared,
    child: "suspended",
    title: "Suspended",
    url: "http://suspended.test",
    state: "suspended",
    family: "chitty-apps",
    budget: { unitsPerDay: 100 },
  },
  quota: {
    ...shared,
    child: "quota",
    title: "Two a day",
    url: "http://quota.test",
    quota: { requestsPerDay: 2 },
    family: "chitty-apps",
    budget: { unitsPerDay: 100 },
  },
};
