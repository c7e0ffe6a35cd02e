import { expect, test } from "vitest";
import { baseline } from "../baseline/pack.ts";
import { graph, node, urnOf } from "../testing/node.ts";
import { checkState } from "./check-state.ts";
import { defineRule } from "./define-rule.ts";
import { evaluate, violationHash } from "./evaluate.ts";
import { fleetCheck } from "./fleet-check.ts";
import { unknown } from "./value.ts";

const zoneSetting = "cloudflare:index/zoneSetting:ZoneSetting";
const old = {
  urn: urnOf(zoneSetting, "tls"),
  type: zoneSetting,
  inputs: { settingId: "min_tls_version", value: "1.0" },
};

test("a state that breaks a rule is not compliant, and is with a waiver of exactly that violation", () => {
  const broken = checkState({ deployment: { resources: [old] } }, "prod", [baseline], []);
  expect(broken.compliant).toBe(false);
  const finding = broken.findings.find(({ state }) => state === "fail");
  expect(finding?.rule.id).toBe("min-tls");
  if (finding === undefined) return;
  const waiver = {
    id: "old-clients",
    policy: "min-tls",
    urn: old.urn,
    category: "waiver" as const,
    reason: "Old scanners of the court cannot do better",
    compensatingControl: "A private network",
    requester: "ann",
    approver: "ben",
    ticket: "T-1",
    approvedOn: "2026-01-01",
    expiresOn: "2026-12-31",
    violationHash: violationHash(finding),
  };
  const file = { file: "old-clients.yaml", sha256: "", urn: old.urn, waiver, problems: [] };
  const waived = checkState({ resources: [old] }, "prod", [baseline], [file]);
  expect(waived.compliant).toBe(true);
  expect(waived.findings.find(({ rule }) => rule.id === "min-tls")?.state).toBe("fail-waived");
  const mended = { ...old, inputs: { ...old.inputs, value: "1.2" } };
  const unused = checkState({ resources: [mended] }, "prod", [baseline], [file]);
  expect({ compliant: unused.compliant, problems: unused.waivers[0]?.problems.length }).toEqual({
    compliant: false,
    problems: 1,
  });
});

test("a rule that throws is an error that says no value, and the others go on", () => {
  const throws = defineRule({
    id: "throws",
    title: "Throws",
    severity: "low",
    enforcement: "advisory",
    controls: [],
    cannotSee: "",
    remedy: "",
    appliesTo: () => true,
    check: () => {
      throw new Error("hunter2");
    },
  });
  const pack = { ...baseline, rules: [throws, ...baseline.rules] };
  const findings = evaluate(graph(node(zoneSetting, "tls", { props: old.inputs })), [pack]);
  expect(findings.map(({ state }) => state)).toContain("error");
  expect(findings.find(({ rule }) => rule.id === "min-tls")?.state).toBe("fail");
  expect(JSON.stringify(findings)).not.toContain("hunter2");
});

test.each([
  [
    "stripped-bindings",
    "fail",
    [
      node("chittyops:index:ChittyService", "a", { props: { bindingNames: ["DB"] } }),
      node("cloudflare:index/workersScript:WorkersScript", "s", {
        parent: urnOf("chittyops:index:ChittyService", "a"),
        props: { bindings: [] },
      }),
    ],
  ],
  [
    "no-foreign-store",
    "fail",
    [
      node("cloudflare:index/workersScript:WorkersScript", "s", {
        props: { bindings: [{ name: "A", type: "d1", id: "f00" }] },
      }),
    ],
  ],
  [
    "no-foreign-store",
    "undetermined",
    [
      node("cloudflare:index/workersScript:WorkersScript", "s", {
        props: { bindings: [{ name: "A", type: "d1", id: unknown }] },
      }),
    ],
  ],
  [
    "one-route-owner",
    "fail",
    [
      node("cloudflare:index/workersRoute:WorkersRoute", "r", { props: { pattern: "a.cc/*" } }),
      node("cloudflare:index/workersCustomDomain:WorkersCustomDomain", "d", { props: { hostname: "a.cc" } }),
    ],
  ],
  [
    "tail-consumer",
    "fail",
    [node("cloudflare:index/workersScript:WorkersScript", "s", { props: { scriptName: "s" } })],
  ],
  ["orphan-queue", "fail", [node("cloudflare:index/queue:Queue", "q", { props: { queueId: "1" } })]],
  [
    "plain-secret",
    "fail",
    [
      node("cloudflare:index/workersScript:WorkersScript", "s", {
        props: { bindings: [{ name: "A", type: "plain_text", text: "postgres://a:b@c/d" }] },
      }),
    ],
  ],
  [
    "plain-secret",
    "undetermined",
    [
      node("cloudflare:index/workersScript:WorkersScript", "s", {
        props: { bindings: [{ name: "A", type: "plain_text", text: unknown }] },
      }),
    ],
  ],
  ["min-tls", "undetermined", [node(zoneSetting, "tls", { props: { settingId: "min_tls_version", value: unknown } })]],
] as const)("%s finds what breaks it (%s)", (id, state, nodes) => {
  const states = evaluate(graph(...nodes), [baseline])
    .filter(({ rule }) => rule.id === id)
    .map((each) => each.state);
  expect(states).toContain(state);
});

test("a URL with a port, and an address of somebody after it, is no connection string", () => {
  const text = JSON.stringify({ url: "http://traffic.localhost:18334", owner: "clerk@court.gov" });
  const type = "cloudflare:index/workersScript:WorkersScript";
  const script = node(type, "s", { props: { bindings: [{ name: "A", type: "plain_text", text }] } });
  const said = evaluate(graph(script), [baseline]).filter(({ rule }) => rule.id === "plain-secret");
  expect(said.map(({ state }) => state)).toEqual(["pass"]);
});

test.each([
  ["neon:index:Project", "id", "Quiet-1", "Neon project quiet-1"],
  ["cloudflare:index/workersCustomDomain:WorkersCustomDomain", "hostname", "A.example", "hostname a.example"],
  ["cloudflare:index/accountToken:AccountToken", "id", "t-1", "API token t-1"],
])("a %s of two stacks is found, and one of each is not", (type, property, value, claim) => {
  const stack = (name: string, given: string) =>
    graph({ ...node(type, "t", { props: { [property]: given } }), urn: `urn:pulumi:${name}::tenants::${type}::t` });
  expect(fleetCheck([stack("acme", value), stack("acme2", value.toLowerCase()), stack("acme3", "other")])).toEqual([
    `${claim} is claimed by the stacks acme2::tenants and acme::tenants`,
  ]);
});
