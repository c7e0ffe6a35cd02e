import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { ResolvedBinding } from "../../catalog/index.ts";
import { resolve as resolveEstate } from "../../catalog/index.ts";
import { OutputRegistry } from "../output-registry.ts";
import { type BindingSources, cloudflareBinding } from "./cloudflare-binding.ts";

/** What the registry and the secrets answer is made from what they are asked, so that a mix-up shows. */
function sources(hasCode: boolean): BindingSources {
  const asked = {
    store: (key: string) => ({ id: pulumi.output(`id of ${key}`), name: pulumi.output(`name of ${key}`) }),
    script: (name: string) => pulumi.output(name),
  };
  const secrets = {
    value: (key: string) => pulumi.secret(`value of ${key}`),
    entry: (entry: string) => ({ storeId: pulumi.output("store"), secretName: pulumi.output(entry) }),
  };
  return {
    registry: Object.assign(new OutputRegistry(), asked),
    secrets: secrets as unknown as BindingSources["secrets"],
    hasCode,
    externalStandIn: undefined,
  };
}

const known = <T>(value: pulumi.Input<T>): Promise<T> =>
  new Promise((resolve) => {
    pulumi.output(value).apply((found) => resolve(found as T));
  });

const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/);
const word = fc.stringMatching(/^[a-z][a-z0-9-]{1,20}$/);
const target = fc.oneof(fc.record({ store: word }), fc.record({ id: word }));
const store = fc.record({
  kind: fc.constantFrom("kv" as const, "r2" as const, "d1" as const, "queue" as const, "dispatch-namespace" as const),
  name,
  target,
});
const other: fc.Arbitrary<ResolvedBinding> = fc.oneof(
  fc.record({ kind: fc.constant("var" as const), name, value: fc.string() }),
  fc.record({ kind: fc.constant("json" as const), name, value: fc.jsonValue() as fc.Arbitrary<null> }),
  fc.record({ kind: fc.constant("secret" as const), name, secret: word }),
  fc.record({ kind: fc.constant("service" as const), name, service: word, scriptName: word, external: fc.boolean() }),
);

beforeAll(async () => {
  await pulumi.runtime.setMocks({ newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) });
});

describe("cloudflareBinding", () => {
  it("keeps the variable's name, whatever the kind", () => {
    fc.assert(
      fc.property(fc.oneof(store, other), (declared) => {
        const bound = cloudflareBinding(declared, sources(true));
        expect(bound).toMatchObject({ binding: { name: declared.name } });
      }),
    );
  });

  it("binds exactly the store that is named: ours by what the registry knows, an existing one by its own id", async () => {
    await fc.assert(
      fc.asyncProperty(store, async (declared) => {
        const bound = cloudflareBinding(declared, sources(true));
        const [[, reference] = []] = Object.entries((bound as { binding: object }).binding).filter(
          ([field]) => field !== "name" && field !== "type",
        );
        const found = await known(reference as pulumi.Input<string>);
        if ("id" in declared.target) expect(found).toBe(declared.target.id);
        else expect(found).toMatch(new RegExp(`^(id|name) of ${declared.target.store}$`));
      }),
    );
  });

  it("marks the text of a secret as secret, and nothing else", async () => {
    const bound = cloudflareBinding({ kind: "secret", name: "KEY", secret: "a/KEY" }, sources(true));
    const { text } = (bound as unknown as { binding: { text: pulumi.Output<string> } }).binding;
    expect(await pulumi.isSecret(text)).toBe(true);
    expect(await known(text)).toBe("value of a/KEY");
  });

  it("does not bind what comes with the service's own code to a shell", () => {
    const assets: ResolvedBinding = { kind: "assets", name: "ASSETS" };
    expect(cloudflareBinding(assets, sources(false))).toMatchObject({ missing: expect.stringContaining("own code") });
    expect(cloudflareBinding(assets, sources(true))).toEqual({ binding: { name: "ASSETS", type: "assets" } });
  });

  it("has a binding, or a reason for none, for everything in the catalog", () => {
    const bindings = resolveEstate("prod", "chittyos").services.flatMap((service) => service.bindings);
    for (const declared of bindings) {
      const bound = cloudflareBinding(declared, sources(false));
      if (declared.kind === "queue-consumer") expect(bound).toBeUndefined();
      else expect(bound).toSatisfy((found: object) => "binding" in found || "missing" in found);
    }
  });
});
