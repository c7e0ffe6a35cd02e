import { beforeAll, describe, expect, it, vi } from "vitest";
import { type Registered, runProgram } from "../../components/testing/mock-engine.ts";
import { courtStandIn } from "../../contracts/court-stand-in.ts";
import { liteChild, liteChildBindings } from "../../contracts/lite-child.ts";
import chittyApps from "../chitty-apps/index.ts";
import cookCounty from "../cook-county/index.ts";
import tenant from "../digital-dossier-tenant/index.ts";

vi.mock("../../components/core-outputs.ts", async () => {
  const pulumi = await import("@pulumi/pulumi");
  return {
    coreOutputs: async (environment: string, family: string) => ({
      stack: `chittyops-contract/${environment}-${family}`,
      outputs: {
        configVersion: "c0ffee",
        keyEpoch: 1,
        services: {},
        ops: { url: "https://ops.chitty.example", publicKey: "p".repeat(43) },
      },
      enrolmentKey: pulumi.secret("enrolment-key-canary".padEnd(64, "0")),
    }),
  };
});
vi.mock("../../components/family-place.ts", async () => ({
  findFamilyBundles: async () => ({
    bundles: {
      child: { path: "c.mjs", sha256: "c".repeat(64) },
      tail: { path: "t.mjs", sha256: "t".repeat(64) },
      court: { path: "s.mjs", sha256: "s".repeat(64) },
    },
    problems: [],
  }),
}));

const place = {
  "chittyops:accountId": "a".repeat(32),
  "chittyops:zoneId": "b".repeat(32),
  "chittyops:operatorEmailDomain": "chitty.example",
  "chittyops:edgeUrl": "http://127.0.0.1:41802",
  "chittyops:accessTeam": "county",
  "chittyops:loginGovClientId": "urn:gov:gsa:test",
};
const record = {
  id: "acme",
  title: "Acme",
  owner: "digital-dossier",
  hostname: "acme.digital-dossier.localhost",
  createdAt: "2026-11-01T00:00:00Z",
  branding: {
    name: "Acme",
    colours: { text: "#000000", background: "#ffffff", accent: "#1a4f8b", onAccent: "#ffffff" },
  },
};
const kind = (type: string) => type.split(":").at(-1);
const named = (all: readonly Registered[], type: string) => all.filter((one) => kind(one.type) === type);

const made: Record<string, Registered[]> = {};
const tenantOf = async (status: string) =>
  (
    await runProgram(tenant, {
      project: "chittyops-digital-dossier-tenant",
      stack: "local-acme",
      config: { ...place, "chittyops:tenant": JSON.stringify({ ...record, status }), "chittyops:release": "{}" },
    })
  ).registered;
beforeAll(async () => {
  for (const [family, program] of Object.entries({ "cook-county": cookCounty, "chitty-apps": chittyApps })) {
    made[family] = (
      await runProgram(program, { project: `chittyops-${family}`, stack: "local", config: place })
    ).registered;
  }
  made["digital-dossier"] = await tenantOf("active");
  made.suspended = await tenantOf("suspended");
}, 60_000);

type Binding = { name: string; type: string; text?: string };
const appOf = (all: readonly Registered[]) =>
  named(all, "WorkersScript").find(({ name }) => /-script$/.test(name) && !/tail|efile-court/.test(name));
const bindingsOf = (script: Registered | undefined) => (script?.inputs.bindings ?? []) as Binding[];
const bindings = (all: readonly Registered[]) => bindingsOf(appOf(all));

describe("the apps of families", () => {
  it.each(["cook-county", "digital-dossier", "chitty-apps"] as const)(
    "of %s have everything they are to be bound to",
    (family) => {
      const bound = bindings(made[family] ?? []);
      for (const { name } of liteChildBindings[family]) expect(bound.map((one) => one.name)).toContain(name);
      const told = liteChild.parse(JSON.parse(bound.find(({ name }) => name === "CHILD")?.text ?? ""));
      expect(told).toMatchObject({ family, parent: { stack: `chittyops-contract/local-${family}`, keyEpoch: 1 } });
      expect(told.code).toBe("c".repeat(64));
    },
  );

  it("speak to the operations plane every five minutes, each in the minute of its name", () => {
    for (const all of Object.values(made)) {
      const [cron] = named(all, "WorkersCronTrigger");
      const script = appOf(all)?.inputs.scriptName;
      expect(cron?.inputs).toMatchObject({
        scriptName: script,
        schedules: [{ cron: expect.stringMatching(/^[0-4]-59\/5 /) }],
      });
    }
  });

  it("show no key to a reader without the stack's passphrase", () => {
    for (const all of Object.values(made)) {
      const shown = all.map(({ plain }) => plain).join("\n");
      expect(shown).not.toContain("enrolment-key-canary");
      const key = bindings(all).find(({ name }) => name === "CHILD_KEY")?.text ?? "";
      expect(key).toMatch(/^[0-9a-f]{64}$/);
      expect(shown).not.toContain(key);
    }
  });

  it("carry the tenant in every name, and give a suspended one no way to its database", () => {
    const all = made["digital-dossier"] ?? [];
    const own = all.filter(({ type }) => !type.startsWith("pulumi:"));
    expect(own.filter(({ name }) => !`-${name}-`.includes("-acme-")).map(({ name }) => name)).toEqual([]);
    expect(named(all, "HyperdriveConfig")).toHaveLength(1);
    expect(named(made.suspended ?? [], "HyperdriveConfig")).toEqual([]);
    expect(bindings(made.suspended ?? []).map(({ name }) => name)).not.toContain("DATABASE");
  });

  it("of courts keep records locked, with a backup elsewhere, behind the government's sign-in", () => {
    const all = made["cook-county"] ?? [];
    expect(named(all, "R2BucketLock")).toHaveLength(4);
    expect(named(all, "R2BucketLifecycle")).toHaveLength(4);
    const [backup, documents] = ["backup", "documents"].map((part) =>
      named(all, "R2Bucket").find(({ name }) => name.endsWith(part)),
    );
    expect(backup?.inputs.location).not.toBe(documents?.inputs.location);
    const [application] = named(all, "ZeroTrustAccessApplication");
    expect(application?.inputs).toMatchObject({ mfaConfig: { mfaDisabled: false }, autoRedirectToIdentity: true });
    const people = named(all, "ZeroTrustAccessPolicy").find(({ name }) => name.endsWith("people"));
    expect(people?.inputs.requires).toMatchObject([
      { oidc: { claimName: "acr", claimValue: "urn:acr.login.gov:verified" } },
    ]);
    expect(
      named(all, "LogpushJob")
        .map(({ inputs }) => inputs.dataset)
        .sort(),
    ).toEqual(["access_requests", "audit_logs", "workers_trace_events"]);
  });

  it("of courts file with what stands in for their system, which knows where their keys are", () => {
    const all = made["cook-county"] ?? [];
    const { url, court, family } = JSON.parse(bindings(all).find(({ name }) => name === "CHILD")?.text ?? "");
    expect({ family, court }).toEqual({
      family: "cook-county",
      court: { system: "efile", url: "http://efile.cook-county.chitty.localhost:41802/filings" },
    });
    const script = named(all, "WorkersScript").find(({ name }) => name === "efile-court-script");
    const told = bindingsOf(script).find(({ name }) => name === "COURT")?.text ?? "";
    expect(courtStandIn.parse(JSON.parse(told))).toEqual({
      system: "efile",
      children: { "traffic-court": `${url}/.well-known/jwks.json` },
    });
  });
});
