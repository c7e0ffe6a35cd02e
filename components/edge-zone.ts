import * as pulumi from "@pulumi/pulumi";
import * as cloudflare from "./cloudflare.ts";
import type { Labels } from "./labels.ts";

export interface EdgeZoneArgs extends Labels {
  accountId: string;
  zoneId: string;
  /** What `{domain}` stands for here, e.g. `chitty.cc` or `dev.chitty.cc`. */
  domain: string;
  /** Whether this stack owns the zone: only then are settings and rules touched, since there is one set of them for all environments. */
  ownsZone: boolean;
  /** Hosts that routes answer and no custom domain covers: they need a record to be reached at all. */
  routedHosts: readonly string[];
  /** Host of the operators' pages, which is reached through Access only, e.g. `ops.chitty.cc`. */
  operatorHost: string;
  /** People with an address there are let in, e.g. `chitty.cc`. */
  operatorEmailDomain: string;
}

/** Ids at https://developers.cloudflare.com/api/resources/zones/subresources/settings/ */
const settings = {
  always_use_https: "on",
  automatic_https_rewrites: "on",
  min_tls_version: "1.2",
  ssl: "strict",
  tls_1_3: "on",
} as const;

/** An address for a proxied record whose every request a Worker answers; it is reserved and leads nowhere (RFC 6666). */
const nowhere = "100::";

/** Requests of one address to the API within a minute. */
const requestsPerMinute = 600;

/** A zone at the edge: its TLS and rules where this stack owns it, its records, and the Access application of the operators. */
export class EdgeZone extends pulumi.ComponentResource {
  declare readonly zoneId: pulumi.Output<string>;
  /** Audience tag of the tokens that Access issues for operators. */
  declare readonly accessAudience: pulumi.Output<string>;

  constructor(name: string, args: EdgeZoneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chittyops:index:EdgeZone", name, args, opts);
    if (args.ownsZone) {
      this.#configure(name, args);
      this.#protect(name, args);
    }
    this.#record(name, args);
    this.zoneId = pulumi.output(args.zoneId);
    this.accessAudience = this.#admitOperators(name, args).aud;
    this.registerOutputs({ zoneId: this.zoneId, accessAudience: this.accessAudience });
  }

  #configure(name: string, { zoneId }: EdgeZoneArgs): void {
    for (const [settingId, value] of Object.entries(settings)) {
      new cloudflare.ZoneSetting(`${name}-${settingId}`, { zoneId, settingId, value }, { parent: this });
    }
  }

  #protect(name: string, { zoneId }: EdgeZoneArgs): void {
    new cloudflare.Ruleset(
      `${name}-firewall`,
      {
        zoneId,
        kind: "zone",
        name: "chittyops-firewall",
        description: "What no service of ChittyOS ever answers",
        phase: "http_request_firewall_custom",
        rules: [
          {
            action: "block",
            description: "Files that only a leak would serve",
            enabled: true,
            expression: '(http.request.uri.path contains "/.env") or (http.request.uri.path contains "/.git/")',
          },
        ],
      },
      { parent: this },
    );
    new cloudflare.Ruleset(
      `${name}-rate-limit`,
      {
        zoneId,
        kind: "zone",
        name: "chittyops-rate-limit",
        description: "A ceiling for one address, above what any client of ChittyOS needs",
        phase: "http_ratelimit",
        rules: [
          {
            action: "block",
            description: "API requests of one address",
            enabled: true,
            expression: '(starts_with(http.request.uri.path, "/api/"))',
            ratelimit: {
              characteristics: ["cf.colo.id", "ip.src"],
              period: 60,
              requestsPerPeriod: requestsPerMinute,
              mitigationTimeout: 60,
            },
          },
        ],
      },
      { parent: this },
    );
  }

  #record(name: string, { zoneId, routedHosts }: EdgeZoneArgs): void {
    for (const host of routedHosts) {
      new cloudflare.DnsRecord(
        `${name}-${host}`,
        { zoneId, name: host, type: "AAAA", content: nowhere, proxied: true, ttl: 1 },
        { parent: this },
      );
    }
  }

  #admitOperators(name: string, args: EdgeZoneArgs): cloudflare.ZeroTrustAccessApplication {
    const { accountId, domain, operatorHost, operatorEmailDomain } = args;
    const policy = new cloudflare.ZeroTrustAccessPolicy(
      `${name}-operators`,
      {
        accountId,
        name: `Operators of ${domain}`,
        decision: "allow",
        includes: [{ emailDomain: { domain: operatorEmailDomain } }],
        sessionDuration: "12h",
      },
      { parent: this },
    );
    return new cloudflare.ZeroTrustAccessApplication(
      `${name}-operations`,
      {
        accountId,
        name: `Operations of ${domain}`,
        domain: operatorHost,
        type: "self_hosted",
        sessionDuration: "12h",
        policies: [{ id: policy.id, precedence: 1 }],
      },
      { parent: this },
    );
  }
}
