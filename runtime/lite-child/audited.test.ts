import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeEach, expect, it } from "vitest";
import type { AuditEvent } from "../../contracts/audit-record.ts";
import type { LiteChildInput } from "../../contracts/lite-child.ts";
import { courtApp } from "./court-app.ts";

const { publicKey, privateKey } = await generateKeyPair("ES256");
const issuer = "https://county.cloudflareaccess.com";
const child: LiteChildInput = {
  version: 1,
  child: "court",
  title: "Court",
  environment: "local",
  url: "https://court.test",
  createdAt: "2026-11-01T00:00:00Z",
  quota: { requestsPerDay: 10 },
  parent: { stack: "s", configVersion: "1", keyEpoch: 1 },
  family: "cook-county",
  tenant: "circuit-court",
  keyVersion: 1,
  access: {
    issuer,
    audience: "court",
    publicKeys: { keys: [{ ...(await exportJWK(publicKey)), kty: "EC", kid: "k", alg: "ES256" }] },
    assurance: ["ial2"],
    administrators: ["clerk@county.test"],
  },
};
const token = await new SignJWT({ email: "clerk@county.test", amr: ["mfa"], acr: "ial2" })
  .setProtectedHeader({ alg: "ES256", kid: "k" })
  .setIssuer(issuer)
  .setAudience("court")
  .setSubject("s-1")
  .setIssuedAt()
  .setExpirationTime("5m")
  .sign(privateKey);

/** What happened, in order. `broken` answers for what is called by its name. */
let steps: string[];
let broken: (step: string) => void;
beforeEach(() => {
  steps = [];
  broken = () => {};
});

async function open(): Promise<Response> {
  const step = (name: string) => {
    steps.push(name);
    broken(name);
  };
  const env = {
    CHILD: JSON.stringify(child),
    AUDIT_TRAIL: {
      getByName: () => ({ append: async ({ phase, status }: AuditEvent) => step(`${phase} ${status ?? ""}`.trim()) }),
    },
    CASE_FILE: { getByName: () => ({ open: async () => ({ value: step("open") }) }) },
  };
  const headers = { "cf-access-jwt-assertion": token };
  return courtApp.request("/api/v1/cases/2024D007847?secret=1", { method: "PUT", headers }, env);
}

it("writes that something begins before it is done, and its end before the answer", async () => {
  expect((await open()).status).toBe(200);
  expect(steps).toEqual(["begun", "open", "ended 200"]);
});

it("does nothing when the audit trail takes no record", async () => {
  broken = () => {
    throw new Error("the trail is away");
  };
  expect((await open()).status).toBe(503);
  expect(steps).toEqual(["begun"]);
});

it("keeps the answer back when the end cannot be recorded", async () => {
  broken = (step) => {
    if (step.startsWith("ended")) throw new Error("the trail is away");
  };
  const response = await open();
  expect(response.status).toBe(503);
  expect(await response.text()).not.toContain("2024D007847");
});

it("records a failure of its own as one, and shows nothing of it", async () => {
  broken = (step) => {
    if (step === "open") throw new Error("password=hunter2");
  };
  const response = await open();
  expect([response.status, steps.at(-1)]).toEqual([500, "ended 500"]);
  expect(await response.text()).not.toContain("hunter2");
});
