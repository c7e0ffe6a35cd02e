import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CloudEvent } from "../../../contracts/ops-events.ts";
import type { Signal } from "../../../contracts/ops-incidents.ts";
import type { OpsConfigurationInput } from "../../../contracts/ops-plane.ts";
import type { Clock } from "../../storage/object-storage.ts";
import { memoryBucket } from "../../storage/testing/memory-bucket.ts";
import { memoryNamespace } from "../../storage/testing/memory-namespace.ts";
import { memoryStorage } from "../../storage/testing/memory-storage.ts";
import { planeApp } from "../app.ts";
import { AuditKeeper } from "../audit/audit-keeper.ts";
import type { AuditObject } from "../audit/audit-object.ts";
import type { OpsEnvironment } from "../environment.ts";
import { CallKeeper } from "../http/call-keeper.ts";
import type { IncidentObject } from "../incidents/incident-object.ts";
import { planeKey } from "../signing/plane-key.ts";

const issuer = "https://chitty.cloudflareaccess.com";
const signing = await generateKeyPair("EdDSA", { extractable: true });
const rsa = await generateKeyPair("RS256");
const accessJwk = { ...(await exportJWK(rsa.publicKey)), kid: "access-1", alg: "RS256", kty: "RSA" };

/** Everybody that tests act as. */
export const people = {
  admin: "admin@chitty.cc",
  operator: "operator@chitty.cc",
  viewer: "viewer@chitty.cc",
  /** Operator of one family only. */
  clerk: "clerk@county.test",
  stranger: "stranger@nowhere.test",
} as const;

const configuration: OpsConfigurationInput = {
  version: 1,
  environment: "local",
  url: "http://ops.test",
  families: ["chittyos", "cook-county"],
  access: { issuer, audience: "ops", publicKeys: { keys: [accessJwk] } },
  grants: [
    { email: people.admin, role: "admin" },
    { email: people.operator, role: "operator" },
    { email: people.viewer, role: "viewer" },
    { email: people.clerk, role: "operator", families: ["cook-county"] },
  ],
};

/**
 * The plane's own app and keepers in this process: no workerd, storage in memory, objects that answer a call later. What it says to the
 * incident desk and to the event hub is kept to look at; a test that needs more gives its own objects.
 */
export async function nodePlane(given: Partial<OpsEnvironment> = {}, clock: Clock = { now: Date.now }) {
  const bucket = memoryBucket();
  const raised: Signal[] = [];
  const cleared: string[] = [];
  const published: CloudEvent[] = [];
  const env = {
    OPS: JSON.stringify(configuration),
    SIGNING_KEY: JSON.stringify(await exportJWK(signing.privateKey)),
    FAMILY_KEYS: JSON.stringify({ chittyos: { 1: "a".repeat(64) }, "cook-county": { 1: "b".repeat(64) } }),
    AUDIT_ARCHIVE: bucket,
    CALL_LOG: memoryNamespace(() => new CallKeeper(memoryStorage())),
    INCIDENT_DESK: memoryNamespace(
      (): Pick<IncidentObject, "raise" | "clear"> => ({
        raise: async (signal) => {
          raised.push(signal);
          return { id: signal.fingerprint, opened: true };
        },
        clear: async (fingerprint) => void cleared.push(fingerprint),
      }),
    ),
    EVENT_HUB: memoryNamespace(() => ({
      publish: async (event: CloudEvent) => ({ sequence: published.push(event), known: false }),
    })),
    ...given,
  } as unknown as OpsEnvironment;
  const audit = new AuditKeeper(memoryStorage(), {
    chain: "ops/local",
    bucket,
    key: () => planeKey(env),
    clock,
  });
  env.AUDIT_LOG = given.AUDIT_LOG ?? memoryNamespace(() => auditObject(audit));
  const app = planeApp();
  const fetchApp = (request: Request): Promise<Response> => Promise.resolve(app.fetch(request, env));
  return {
    app,
    env,
    audit,
    bucket,
    raised,
    cleared,
    published,
    fetch: fetchApp,
    /** @param as whose token goes with it; nobody's by default */
    async request(
      path: string,
      { as, body, ...init }: { as?: string; method?: string; body?: unknown; headers?: Record<string, string> } = {},
    ): Promise<Response> {
      const headers = new Headers(init.headers);
      if (as !== undefined) headers.set("authorization", `Bearer ${await operatorToken(as)}`);
      if (body !== undefined && !headers.has("content-type")) headers.set("content-type", "application/json");
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return fetchApp(
        new Request(new URL(path, "http://ops.test"), { ...init, headers, ...(body !== undefined && { body: text }) }),
      );
    },
  };
}

/** As Access issues it. */
export function operatorToken(email: string): Promise<string> {
  return new SignJWT({ email, type: "app" })
    .setProtectedHeader({ alg: "RS256", kid: "access-1" })
    .setIssuer(issuer)
    .setAudience(["ops"])
    .setSubject(`subject-of-${email}`)
    .setIssuedAt()
    .setExpirationTime("10m")
    .sign(rsa.privateKey);
}

function auditObject(keeper: AuditKeeper): AuditObject {
  return {
    record: async (entry, key) => keeper.record(entry, key),
    recordDeployment: async (report, entry) => keeper.recordDeployment(report, entry),
    deployments: (from, to, limit, families) => keeper.deployments(from, to, limit, families),
    read: (after, limit) => keeper.page(after, limit),
    checkpoints: (after, limit) => keeper.checkpoints(after, limit),
    beginExport: async () => ({ head: await keeper.checkpoint(), publicKeys: await keeper.publicKeys() }),
  };
}
