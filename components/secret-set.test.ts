import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ResolvedSecret } from "../catalog/index.ts";
import { missingSecrets, SecretSet, type SecretSetArgs } from "./secret-set.ts";
import { type Registered, runProgram } from "./testing/mock-engine.ts";

afterEach(() => vi.unstubAllEnvs());

const generated: ResolvedSecret = { key: "a/JWT", name: "JWT", shared: false, source: "generated", length: 64 };
const provided = (key: string, variable: string): ResolvedSecret => ({
  key,
  name: "KEY",
  shared: false,
  source: "provided",
  variable,
});
const partner = provided("a/KEY", "CHITTYOPS_SECRET_TEST_A");
const bank = provided("b/KEY", "CHITTYOPS_SECRET_TEST_B");
const databaseUrl: ResolvedSecret = {
  key: "a/URL",
  name: "URL",
  shared: false,
  source: "output",
  database: "main",
  databaseOwner: "a",
  role: "runtime",
};

/** Values by key, and what was registered for them. */
async function make(
  args: Partial<SecretSetArgs>,
): Promise<{ values: Record<string, string>; registered: Registered[] }> {
  const secrets = args.secrets ?? [generated, partner, bank, databaseUrl];
  const { result, registered } = await runProgram(
    async () => {
      const set = new SecretSet(
        "secrets",
        {
          tenant: "shared",
          app: "chittyops",
          environment: "local",
          dataClass: "credential",
          secrets,
          entries: [],
          epochs: {},
          accountId: "a".repeat(32),
          storeName: "chittyops-secrets",
          whenNotProvided: "derive",
          ...args,
        },
        ({ databaseOwner, database }) => pulumi.output(`postgresql://${databaseOwner}/${database}`),
      );
      const values: Record<string, string> = {};
      for (const { key } of secrets) {
        const output = set.value(key);
        expect(await pulumi.isSecret(output)).toBe(true);
        values[key] = await new Promise((resolve) => void output.apply(resolve));
      }
      return values;
    },
    { project: "test", stack: "local" },
  );
  return { values: result, registered };
}

const passwords = (registered: Registered[]) => registered.filter(({ type }) => type.endsWith("RandomPassword"));

describe("SecretSet", () => {
  it("makes one random resource for each generated secret, and makes it anew with its epoch", async () => {
    const { registered } = await make({ secrets: [generated], epochs: { "a/JWT": 2 } });
    expect(passwords(registered)).toMatchObject([{ inputs: { length: 64, special: false, keepers: { epoch: "2" } } }]);
  });

  it("takes a provided secret from the environment, and has no resource for it", async () => {
    vi.stubEnv("CHITTYOPS_SECRET_TEST_A", "given");
    const { values, registered } = await make({ secrets: [partner] });
    expect(values).toEqual({ "a/KEY": "given" });
    expect(passwords(registered)).toEqual([]);
  });

  it("derives what is not provided from one seed: one value for each key and epoch, the same at each run", async () => {
    const first = await make({ secrets: [partner, bank] });
    expect(passwords(first.registered)).toHaveLength(1);
    expect(first.values["a/KEY"]).toMatch(/^[\w-]{43}$/);
    expect(first.values["a/KEY"]).not.toBe(first.values["b/KEY"]);
    expect((await make({ secrets: [partner, bank] })).values).toEqual(first.values);
    const rotated = await make({ secrets: [partner, bank], epochs: { "a/KEY": 2 } });
    expect(rotated.values["a/KEY"]).not.toBe(first.values["a/KEY"]);
    expect(rotated.values["b/KEY"]).toBe(first.values["b/KEY"]);
  });

  it("says in an offline preview that a value is none", async () => {
    const { values } = await make({ secrets: [partner], whenNotProvided: "dummy" });
    expect(values["a/KEY"]).toBe("offline preview: CHITTYOPS_SECRET_TEST_A is not set");
  });

  it("takes the output of a database from whoever has it, and keeps it secret", async () => {
    expect((await make({})).values["a/URL"]).toBe("postgresql://a/main");
  });

  it("keeps shared ones in the account's Secrets Store, its own or the one another stack made", async () => {
    const entries = [{ entry: "a_JWT_local", secret: "a/JWT" }];
    const own = await make({ secrets: [generated], entries });
    expect(own.registered.some(({ type }) => type.endsWith("SecretsStore"))).toBe(true);
    const other = await make({ secrets: [generated], entries, storeId: "store" });
    expect(other.registered.some(({ type }) => type.endsWith("SecretsStore"))).toBe(false);
    const kept = other.registered.find(({ type }) => type.endsWith("SecretsStoreSecret"));
    expect(kept?.inputs).toMatchObject({ storeId: "store", name: "a_JWT_local", scopes: ["workers"] });
    expect(kept?.additionalSecretOutputs).toContain("value");
    expect(kept?.plain).not.toContain("generated-");
  });
});

describe("missingSecrets", () => {
  it("names each variable that is not set, and no value", () => {
    vi.stubEnv("CHITTYOPS_SECRET_TEST_A", "canary");
    const problems = missingSecrets([generated, partner, bank, databaseUrl]);
    expect(problems).toMatchObject([
      { propertyPath: 'secrets["b/KEY"]', remedy: expect.stringContaining("export CHITTYOPS_SECRET_TEST_B=") },
    ]);
    expect(JSON.stringify(problems)).not.toContain("canary");
  });
});
