import { expect, it, vi } from "vitest";
import { randomOf, sample } from "../../../tests/harness/sample.ts";
import { fuzzed } from "../testing/fuzzed.ts";
import { nodePlane } from "../testing/node-plane.ts";
import { people, workerdPlane } from "../testing/workerd-plane.ts";

const cases = Array.from({ length: 10_000 }, (_, index) => index);
const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const url = "http://127.0.0.1:9/hook";
const match = { families: ["chittyos"], severities: ["major"], sources: ["health"], subjects: ["chittyfinance"] };
const incident = { title: "Invoices fail", severity: "minor", family: "chittyos", runbook: "docs/runbooks/health.md" };
const event = {
  specversion: "1.0",
  id: "1",
  source: "test",
  type: "cc.test",
  subject: "s",
  time: "2026-11-26T12:00:00Z",
  datacontenttype: "application/json",
  data: { a: 1 },
  partitionkey: "k",
  family: "chittyos",
};
const filters = [{ exact: { source: "a" } }, { prefix: { subject: "b" } }, { suffix: { type: "c" } }];
const deployment = {
  id: "7b0e7a52-6f6e-4c39-8a2e-0d0f5b1f6a11",
  startedAt: "2026-11-26T12:00:00Z",
  finishedAt: "2026-11-26T12:01:00Z",
  stack: "chittyops/prod",
  family: "chittyos",
  command: "up",
  by: "ann",
  commit: "c".repeat(40),
  policyEvidence: "d".repeat(64),
  outcome: "done",
  changes: { created: 1, updated: 2, deleted: 3 },
};
const finding = {
  rule: "stale-secret",
  service: "chittyfinance",
  family: "chittyos",
  severity: "minor",
  detail: "KEY",
  found: "It is old.",
  remedy: "Make a new one.",
};
/** Bodies that are taken, with every field there is. */
const good: [path: string, body: unknown, method?: "PUT"][] = [
  ["/api/v1/incidents", { ...incident, subject: "chittyfinance", description: "x", fingerprint: "f/1" }],
  ["/api/v1/incidents/inc-1/ack", { note: "on it", owner: "ann@chitty.cc" }],
  ["/api/v1/incidents/inc-1/escalate", { reason: "worse", severity: "critical" }],
  ["/api/v1/incidents/inc-1/resolve", { resolution: "over" }],
  ["/api/v1/incidents/inc-1/note", { text: "a note" }],
  ["/api/v1/incidents/inc-1/review", { summary: "s", cause: "c", impact: "i", actions: [{ what: "w", owner: "o" }] }],
  ["/api/v1/events", event],
  ["/api/v1/events", [event, { ...event, id: "2" }]],
  ["/api/v1/subscriptions", { name: "books", url, topics: ["cc.other"], filters, family: "chittyos", secret }],
  ["/api/v1/subscriptions/books/secret", { secret, overlapSeconds: 60 }],
  ["/api/v1/subscriptions/books/dead-letters/replay", { id: 1 }],
  ["/api/v1/alerts/destinations", { kind: "webhook", name: "ops", url, secret, family: "chittyos" }],
  ["/api/v1/alerts/destinations", { kind: "email", name: "mail", url, from: "a@b.cc", to: ["c@d.cc"], apiKey: "k" }],
  [
    "/api/v1/alerts/routes",
    { name: "all", match, destinations: ["ops"], groupBy: ["family"], groupWaitSeconds: 5, escalateAfterSeconds: 600 },
  ],
  ["/api/v1/alerts/silences", { match, until: new Date(Date.now() + 3_600_000).toISOString(), reason: "works" }],
  [
    "/api/v1/alerts/rules",
    { name: "r", topic: "cc.x", filters, count: 3, withinSeconds: 60, clearTopic: "cc.y", incident },
  ],
  ["/api/v1/alerts/destinations", { kind: "slack", name: "chat", url }],
  ["/api/v1/alerts/destinations", { kind: "pagerduty", name: "pager", url, routingKey: "k".repeat(32) }],
  ["/api/v1/alerts/destinations/ops/secret", { secret, overlapSeconds: 60 }],
  ["/api/v1/alerts/destinations/ops/dead-letters/replay", { id: 1 }],
  ["/api/v1/alerts/heartbeat", { heartbeat: { url, everySeconds: 60 } }, "PUT"],
  ["/api/v1/deployments", deployment],
  ["/api/v1/budgets/chittyfinance", { dollarsPerMonth: 5 }, "PUT"],
  ["/api/v1/scans", { rules: ["stale-secret"], findings: [finding] }],
  ["/api/v1/operations", { services: ["a"], family: "chittyos", stack: "s", reason: "r", drainSeconds: 3_600 }],
];

/** Fuzzed where what they need is at hand: `sync-fuzz.test.ts` and `directory-fuzz.test.ts`. */
const elsewhere = /^\/sync|^\/api\/v1\/(?:rollouts|challenge|services|maintenance)(?:\/|$)/;

it("leaves out no endpoint that takes a body", async () => {
  const { paths } = (await (await (await nodePlane()).request("/openapi.json")).json()) as {
    paths: Record<string, Record<string, { requestBody?: unknown }>>;
  };
  const taking = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).some(({ requestBody }) => requestBody !== undefined) ? [path] : [],
  );
  expect(taking).toContain("/api/v1/incidents/{id}/ack");
  const left = taking.filter((path) => {
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    return !elsewhere.test(path) && !good.some(([fuzzedPath]) => pattern.test(fuzzedPath));
  });
  expect(left).toEqual([]);
});

it("answers no fuzzed body of what is done on call with a 500, and refuses with a problem", {
  timeout: 900_000,
}, async () => {
  const plane = await workerdPlane();
  const statuses = new Map<number, number>();
  try {
    for (const index of sample("fuzzed calls on call", cases, 500)) {
      const random = randomOf(`fuzzed call ${index}`);
      const [path, body, method = "POST"] = good[Math.floor(random() * good.length)] ?? ["/", {}];
      const response = await plane.request(path, { as: people.admin, body: fuzzed(body, random), method });
      const answer = await response.text();
      const said = { index, path, status: response.status, answer };
      expect(said).not.toMatchObject({ status: expect.toSatisfy((status: number) => status >= 500) });
      if (!response.ok)
        expect(JSON.parse(answer)).toMatchObject({ status: response.status, detail: expect.any(String) });
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    }
    // Some are close enough to be taken: the fuzzing reaches both.
    const taken = [200, 201, 202].reduce((sum, status) => sum + (statuses.get(status) ?? 0), 0);
    expect(taken).toBeGreaterThan(0);
    expect(statuses.get(400)).toBeGreaterThan(taken);
    await vi.waitUntil(async () => (await plane.request("/api/v1/incidents", { as: people.viewer })).ok);
  } finally {
    await plane.dispose();
  }
});
