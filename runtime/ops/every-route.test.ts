import { generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serviceRecord } from "./dashboard/testing/service-record.ts";
import { operatorToken, people, type WorkerdPlane, workerdPlane } from "./testing/workerd-plane.ts";

/** Is in everything that there is of the family chittyos: whoever has no role there must not see it. */
const canary = "canary";
const url = "http://127.0.0.1:9/hook";
const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const family = "chittyos";
const match = { families: [family] };
const incident = { title: canary, severity: "minor", family };

interface Spec {
  paths: Record<string, Record<string, { parameters?: { in: string; name: string }[] }>>;
}

interface Change {
  /** With what stands for its parameters; by default it has none. */
  at?: string;
  body?: unknown;
}

/** Every call that changes something, of operators, in an order in which all of them are taken. */
const changes: Record<string, Change> = {
  "post /api/v1/alerts/destinations": { body: { kind: "webhook", name: canary, url, secret, family } },
  "post /api/v1/alerts/routes": { body: { name: canary, match, destinations: [canary], groupWaitSeconds: 0 } },
  "post /api/v1/alerts/silences": { body: { match, until: inDays(1), reason: canary } },
  "post /api/v1/alerts/rules": { body: { name: canary, topic: "cc.x", count: 1, withinSeconds: 60, incident } },
  "put /api/v1/alerts/heartbeat": { body: { heartbeat: { url, everySeconds: 60 } } },
  "post /api/v1/subscriptions": { body: { name: canary, url, secret, topics: ["cc.none"], family } },
  "post /api/v1/events": {
    body: { specversion: "1.0", id: canary, source: "test", type: "cc.test", subject: canary, family, data: { a: 1 } },
  },
  "post /api/v1/deployments": {
    body: {
      id: "6d2f5c8e-3f3a-4c1e-9b8a-0d2b6f1c7e55",
      startedAt: inDays(-0.1),
      finishedAt: inDays(-0.05),
      stack: canary,
      family,
      command: "up",
      by: "ci",
      commit: "a".repeat(40),
      policyEvidence: "b".repeat(64),
      outcome: "done",
      changes: { created: 1, updated: 0, deleted: 0 },
    },
  },
  "post /api/v1/incidents": { body: incident },
  "post /api/v1/incidents/{id}/ack": { at: "/api/v1/incidents/inc-1/ack", body: { note: canary } },
  "post /api/v1/incidents/{id}/escalate": { at: "/api/v1/incidents/inc-1/escalate", body: { reason: canary } },
  "post /api/v1/incidents/{id}/note": { at: "/api/v1/incidents/inc-1/note", body: { text: canary } },
  "post /api/v1/incidents/{id}/resolve": { at: "/api/v1/incidents/inc-1/resolve", body: { resolution: canary } },
  "post /api/v1/incidents/{id}/review": {
    at: "/api/v1/incidents/inc-1/review",
    body: { summary: canary, cause: canary, impact: "", actions: [] },
  },
  "post /api/v1/maintenance": { body: { family, services: [canary], reason: canary, minutes: 5 } },
  "post /api/v1/operations": { body: { services: [canary], family, stack: canary, reason: canary } },
  "post /api/v1/rollouts": {
    body: { service: canary, kind: "update", content: { a: 1 }, waves: [{ families: [family], percent: 100 }] },
  },
  "post /api/v1/challenge": { body: { name: "beacon", endpoint: "http://beacon.chitty.localhost/" } },
  "post /api/v1/services": {
    body: {
      challenge: "none",
      service_name: "beacon",
      service_type: "package",
      endpoint: "http://beacon.chitty.localhost/",
      version: "1",
      metadata: { description: "Beats.", family, owner: "chittyos", tier: 3 },
    },
  },
  "post /api/v1/scans": { body: { rules: [], findings: [] } },
  "post /api/v1/services/{name}/check": { at: `/api/v1/services/${canary}/check` },
  "put /api/v1/budgets/{name}": { at: `/api/v1/budgets/${canary}`, body: { dollarsPerMonth: 5 } },
  "post /api/v1/rollouts/{service}/pause": { at: `/api/v1/rollouts/${canary}/pause` },
  "post /api/v1/rollouts/{service}/resume": { at: `/api/v1/rollouts/${canary}/resume` },
  "post /api/v1/children/{family}/{child}/revoke": { at: `/api/v1/children/${family}/${canary}/revoke` },
  "post /api/v1/children/{family}/{child}/restore": { at: `/api/v1/children/${family}/${canary}/restore` },
  ...ofReceivers("/api/v1/alerts/destinations"),
  ...ofReceivers("/api/v1/subscriptions"),
  "post /api/v1/operations/{id}/cancel": { at: "/api/v1/operations/op-1/cancel" },
  "delete /api/v1/maintenance/{id}": { at: "/api/v1/maintenance/{maintenance}" },
  "delete /api/v1/budgets/{name}": { at: `/api/v1/budgets/${canary}` },
  "delete /api/v1/alerts/silences/{id}": { at: "/api/v1/alerts/silences/{silence}" },
  "delete /api/v1/alerts/rules/{name}": { at: `/api/v1/alerts/rules/${canary}` },
  "delete /api/v1/alerts/routes/{name}": { at: `/api/v1/alerts/routes/${canary}` },
  "delete /api/v1/alerts/destinations/{id}": { at: `/api/v1/alerts/destinations/${canary}` },
  "delete /api/v1/subscriptions/{id}": { at: `/api/v1/subscriptions/${canary}` },
  "delete /api/v1/services/{id}": { at: "/api/v1/services/none" },
};

/** What a child signs, or a service's token opens: sync-routes.test.ts and registry-keeper.test.ts look at these. */
const notOfOperators = /^\w+ (?:\/sync(?:\/|$)|\/api\/v1\/services\/\{id\}\/heartbeat$)/;
/** They say what is to be there, and nothing of a family. */
const ofNoFamily = new Set(["post /api/v1/challenge"]);
/** They say how many there are, or of what sort; or there is nothing yet. */
const saysNoName = [
  "get /api/v1/alerts/destinations/{id}/dead-letters",
  "get /api/v1/alerts/heartbeat",
  "get /api/v1/audit/checkpoints",
  "get /api/v1/categories",
  "get /api/v1/findings",
  "get /api/v1/metrics",
  "get /api/v1/stats",
  "get /api/v1/subscriptions/{id}/dead-letters",
  "get /api/v1/tools",
];
/** Nothing of the service was measured yet. */
const neverMeasured = new Set(["get /api/v1/services/{name}/metrics"]);
/** It is a list though it has a parameter: of another family it is empty. */
const lists = new Set(["get /api/v1/rollouts/{service}"]);
/** Its form is another's (MCP's registry), who may add to it. */
const ofOthers = new Set(["get /v0.1/servers"]);
/** Of these, what is in a body is kept as it comes. */
const asItComes = new Set(["content", "data"]);

let plane: WorkerdPlane;
let routes: string[];
/** Of each route, the names in its query. */
const queries: Record<string, string[]> = {};
const known: Record<string, string> = {};
const taken: Record<string, number> = {};

beforeAll(async () => {
  plane = await workerdPlane({ edge: true });
  const { paths } = (await (await plane.request("/openapi.json")).json()) as Spec;
  for (const [path, of] of Object.entries(paths)) {
    for (const [method, { parameters = [] }] of Object.entries(of)) {
      queries[`${method} ${path}`] = parameters.flatMap(({ in: where, name }) => (where === "query" ? [name] : []));
    }
  }
  routes = Object.keys(queries);
  await plane.register(
    serviceRecord(canary, { description: canary, family, mcp_url: "http://canary.chitty.localhost/mcp" }),
  );
  await plane.round(Date.now());
  await plane.enrol([{ family, child: canary, version: canary }]);
  for (const route of Object.keys(changes)) if (!isEnd(route)) taken[route] = await take(route);
}, 60_000);
afterAll(() => plane?.dispose());

describe("every route of /openapi.json", () => {
  it("is looked at here when it changes something", () => {
    const changing = routes.filter((route) => !route.startsWith("get ") && !notOfOperators.test(route));
    expect(Object.keys(changes).sort()).toEqual(changing.sort());
  });

  it("is for nobody without credentials, or with such as are not good here", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const own = new SignJWT({ email: people.admin }).setProtectedHeader({ alg: "ES256", kid: "access-1" });
    const now = Math.floor(Date.now() / 1_000);
    const bad: Record<string, string | undefined> = {
      none: undefined,
      "no token": "nonsense",
      "no signature": `${"e30".repeat(2)}.e30.`,
      "signed by somebody else": await own.setIssuedAt().setExpirationTime("1h").sign(privateKey),
      expired: await operatorToken(people.admin, (token) => token.setExpirationTime(now - 90)),
      "of the future": await operatorToken(people.admin, (token) => token.setIssuedAt(now + 90)),
      "not good yet": await operatorToken(people.admin, (token) => token.setNotBefore(now + 90)),
      "of another issuer": await operatorToken(people.admin, (token) => token.setIssuer("https://elsewhere.test")),
      "for somebody else": await operatorToken(people.admin, (token) => token.setAudience("other")),
      "of nobody": await operatorToken(""),
    };
    for (const route of routes) {
      for (const [what, token] of Object.entries(bad)) {
        const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
        const { status, text } = await call(route, { headers, body: bodyOf(route) });
        expect([route, what, status]).toEqual([route, what, 401]);
        expect(JSON.parse(text)).toMatchObject({ status: 401, detail: expect.any(String) });
      }
    }
  });

  it("is for nobody without a role; what changes something for no viewer; and what is of another family for nobody", async () => {
    for (const route of routes.filter((one) => !notOfOperators.test(one))) {
      const as = async (who: string) => call(route, { as: who, body: bodyOf(route) });
      expect([route, (await as(people.stranger)).status]).toEqual([route, 403]);
      const clerk = await as(people.clerk);
      // Who is refused may read again what was asked for.
      if (clerk.status < 300) expect([route, clerk.text]).toEqual([route, expect.not.stringContaining(canary)]);
      if (route.startsWith("get ")) {
        if (/\{/.test(route) && !lists.has(route)) expect([route, clerk.status >= 403]).toEqual([route, true]);
        continue;
      }
      expect([route, (await as(people.viewer)).status]).toEqual([route, 403]);
      if (!ofNoFamily.has(route)) expect([route, [403, 404]]).toEqual([route, expect.arrayContaining([clerk.status])]);
    }
  });

  it("shows what is there to whoever may see it, so that others would have seen it, too", async () => {
    const silent: string[] = [];
    for (const route of reading()) {
      const { status, text } = await call(route, { as: people.viewer });
      expect([route, status]).toEqual([route, neverMeasured.has(route) ? 404 : 200]);
      if (!text.includes(canary)) silent.push(route);
    }
    expect(silent.sort()).toEqual(saysNoName);
  });

  it("refuses bodies that are too large, no JSON, of a wrong type, or with a field that it does not know", async () => {
    for (const [route, { body }] of Object.entries(changes)) {
      if (body === undefined) continue;
      const answers: Record<string, [body: unknown, status: number]> = {
        "too large": [JSON.stringify({ a: "x".repeat(256 * 1_024) }), 413],
        "no JSON": ['{"a":', 400],
        "no object": ["12", 400],
        nothing: ["", 400],
        "an unknown field": [{ ...body, unknownField: 1 }, 400],
      };
      for (const field of Object.keys(body ?? {})) {
        if (!asItComes.has(field)) answers[`a wrong ${field}`] = [{ ...body, [field]: { wrong: [] } }, 400];
      }
      for (const [what, [sent, expected]] of Object.entries(answers)) {
        const { status, text } = await call(route, { as: people.admin, body: sent });
        expect([route, what, status, text]).toEqual([route, what, expected, expect.any(String)]);
        expect(JSON.parse(text)).toMatchObject({ status: expected, detail: expect.any(String) });
      }
    }
  });

  it("refuses what its query does not know, or has of a wrong type", async () => {
    const asked = routes.filter((route) => (queries[route]?.length ?? 0) > 0 && !notOfOperators.test(route));
    expect(asked.length).toBeGreaterThan(10);
    for (const route of asked) {
      const unknown = await call(route, { as: people.viewer, query: "?unknownField=1" });
      expect([route, unknown.status]).toEqual([route, ofOthers.has(route) ? 200 : 400]);
      if (!queries[route]?.includes("limit")) continue;
      const wrong = await call(route, { as: people.viewer, query: "?limit=none" });
      expect([route, wrong.status]).toEqual([route, 400]);
    }
  });

  it("takes from an administrator what is good", async () => {
    for (const route of Object.keys(changes)) if (isEnd(route)) taken[route] = await take(route);
    const refused = Object.entries(taken).filter(([, status]) => status >= 300);
    // No endpoint shows the proof of the challenge; the rollout has nobody to go to, and is over; there is no registration.
    expect(Object.fromEntries(refused)).toEqual({
      "post /api/v1/services": 403,
      "post /api/v1/rollouts/{service}/pause": 409,
      "post /api/v1/rollouts/{service}/resume": 409,
      "delete /api/v1/services/{id}": 404,
    });
  });
});

/** As an administrator, once. */
async function take(route: string): Promise<number> {
  const { status, text } = await call(route, { as: people.admin, body: bodyOf(route) });
  if (status < 300 && text.startsWith("{")) {
    const { id } = JSON.parse(text);
    if (route === "post /api/v1/maintenance") known.maintenance = id;
    if (route === "post /api/v1/alerts/silences") known.silence = id;
  }
  return status;
}

async function call(
  route: string,
  {
    query = route === "get /api/v1/search" ? `?q=${canary}` : "",
    ...init
  }: { as?: string; headers?: Record<string, string>; body?: unknown; query?: string },
): Promise<{ status: number; text: string }> {
  const [method = "", template = ""] = route.split(" ");
  const at = (changes[route]?.at ?? template).replaceAll(
    /\{(\w+)\}/g,
    (_, name) => known[name] ?? standFor(template, name),
  );
  const response = await plane.request(at + query, { ...init, method: method.toUpperCase() });
  return { status: response.status, text: await response.text() };
}

/** What stands for a parameter of a route that only reads. */
function standFor(template: string, name: string): string {
  if (name === "family") return family;
  return template.startsWith("/api/v1/incidents/") ? "inc-1" : canary;
}

const reading = () => routes.filter((route) => route.startsWith("get ") && !notOfOperators.test(route));

const bodyOf = (route: string): unknown => changes[route]?.body ?? (/^(?:post|put) /.test(route) ? {} : undefined);

const isEnd = (route: string): boolean => route.startsWith("delete ") || route.endsWith("/cancel");

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}

function ofReceivers(path: string): Record<string, Change> {
  const of = `${path}/${canary}`;
  return {
    [`post ${path}/{id}/enable`]: { at: `${of}/enable` },
    [`post ${path}/{id}/secret`]: { at: `${of}/secret`, body: { secret, overlapSeconds: 60 } },
    [`post ${path}/{id}/dead-letters/replay`]: { at: `${of}/dead-letters/replay`, body: {} },
  };
}
