import { expect, it } from "vitest";
import { defineService } from "./define-service.ts";

const whole = {
  name: "alpha",
  short: "alpha",
  description: "For tests.",
  family: "chittyos",
  tier: 3,
  owner: "tests",
  dataClass: "internal",
  hosting: { kind: "worker" },
  hosts: ["alpha.{domain}"],
} as const;

it("makes a misspelt field, kind, environment or override a compile error", () => {
  const hosts = ["alpha.{domain}"];
  // @ts-expect-error: no such field
  defineService({ ...whole, hosts, hostz: [] });
  // @ts-expect-error: no such kind
  defineService({ ...whole, hosts, bindings: [{ kind: "kvv", name: "CACHE" }] });
  // @ts-expect-error: no such field of this kind
  defineService({ ...whole, hosts, bindings: [{ kind: "kv", name: "CACHE", stor: "cache" }] });
  // @ts-expect-error: no such environment
  defineService({ ...whole, hosts, environments: { staging: {} } });
  // @ts-expect-error: no such field to override
  defineService({ ...whole, hosts, environments: { dev: { host: [] } } });
  // @ts-expect-error: no such family
  defineService({ ...whole, hosts, family: "chitty" });
  expect(defineService({ ...whole, hosts })).toEqual(whole);
});
