import { type EnvironmentName, resolve } from "../../../catalog/index.ts";
import { childOutput } from "../../../contracts/child-output.ts";
import type { AccountFinding } from "../../../contracts/ops-metrics.ts";
import type { CertificateEnd, ReportedFinding, ReportedRule } from "../../../contracts/ops-security.ts";
import { inParallel } from "../../../runtime/ops/outbound/in-parallel.ts";
import { type AccountEstate, accountEstates } from "../../cloud/account-estates.ts";
import type { Session } from "../../session.ts";
import { accountFindings } from "./account-findings.ts";
import { exposedScripts } from "./exposed-scripts.ts";
import { lookAtTls } from "./look-at-tls.ts";
import { staleSecrets } from "./stale-secrets.ts";
import { staleTokens } from "./stale-tokens.ts";
import { type ScriptView, viewAccount } from "./view-account.ts";

/** What the plane cannot see: it has no access to accounts and states, and is shown no certificate. */
export interface LookFromHere {
  scripts: ScriptView[];
  /** All findings of each of these rules. */
  rules: ReportedRule[];
  findings: ReportedFinding[];
  account: AccountFinding[];
  certificates: CertificateEnd[];
  /** What could not be found out, and why. */
  unknown: string[];
}

/** Hosts that are asked at a time. */
const atOnce = 8;
/** From so many days before its end on a certificate has to be renewed; the plane counts the days of those that it keeps. */
const expiringDays = 14;
const dayMilliseconds = 24 * 3_600_000;

/** A place where something of ours is reached. */
export interface Place {
  service: string;
  family: string;
  url: string;
}

/** @param watched services that the plane keeps the certificates of @param others places that it does not watch */
export async function lookFromHere(
  session: Session,
  environment: EnvironmentName,
  watched: readonly Place[],
  others: readonly Place[],
): Promise<LookFromHere> {
  const now = Date.now();
  const estates = await accountEstates(session, environment);
  const look: LookFromHere = {
    scripts: [],
    rules: ["workers-dev", "stale-secret", "stale-token", "tls"],
    findings: [],
    account: [],
    certificates: [],
    unknown: [],
  };
  for (const { cloud, ...estate } of estates) {
    if (cloud === undefined) continue;
    const view = await viewAccount({ ...estate, cloud });
    look.scripts.push(...view.scripts);
    look.findings.push(...exposedScripts(view));
    look.account.push(...accountFindings(view));
    const tokens = await staleTokens({ account: estate.account, ...cloud }, now);
    look.findings.push(...tokens.findings);
    look.unknown.push(...tokens.unknown);
  }
  for (const { family, resources } of estates.flatMap(({ stacks }) => stacks)) {
    const secrets = staleSecrets({ family, services: servicesOf(environment, family), resources }, now);
    look.findings.push(...secrets.findings);
    if (secrets.unknown.length > 0) look.unknown.push(`the age of the secrets ${secrets.unknown.join(", ")}`);
  }
  const apps = estates.flatMap(({ stacks }) => stacks.flatMap(appsOf));
  const tls = await certificatesOf(watched, [...others, ...apps], now);
  look.findings.push(...tls.findings);
  look.certificates.push(...tls.certificates);
  look.unknown.push(...tls.unknown);
  return look;
}

/** Core's stack has the secrets of all services; a family's has none of the catalog's. */
function servicesOf(environment: EnvironmentName, family: string) {
  return family === "chittyos" ? resolve(environment, "chittyos").services : [];
}

function appsOf({ resources }: AccountEstate["stacks"][number]): Place[] {
  const { children = {} } = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
  return Object.entries(children ?? {}).flatMap(([service, child]) => {
    const { data } = childOutput.safeParse(child);
    return data === undefined ? [] : [{ service, family: data.family, url: data.url }];
  });
}

/** What TLS says of each place. Without TLS there is nothing to know: the embedded cloud's edge has none. */
export async function certificatesOf(
  watched: readonly Place[],
  others: readonly Place[],
  now: number,
  ca?: string,
): Promise<Pick<LookFromHere, "findings" | "certificates" | "unknown">> {
  const findings: ReportedFinding[] = [];
  const certificates: CertificateEnd[] = [];
  const [plain, silent]: [string[], string[]] = [[], []];
  const kept = new Set(watched);
  await inParallel([...watched, ...others], atOnce, async (place) => {
    const { service, family, url } = place;
    if (new URL(url).protocol !== "https:") return void plain.push(service);
    const { until, problems } = await lookAtTls(url, ca);
    if (until === undefined) return void silent.push(service);
    const about = { rule: "tls" as const, service: service.slice(0, 63), family };
    const { host } = new URL(url);
    for (const [index, problem] of problems.entries()) {
      const remedy = "See to its certificate and to the least version of TLS of its zone.";
      const finding = { severity: "major" as const, detail: String(index), found: `${host} ${problem}`, remedy };
      findings.push({ ...about, ...finding });
    }
    const days = Math.floor((until - now) / dayMilliseconds);
    if (kept.has(place)) certificates.push({ service, until: new Date(until).toISOString() });
    else if (days < expiringDays) {
      const severity = days < 3 ? ("major" as const) : ("minor" as const);
      const said = days < 0 ? "has run out" : `runs out in ${days} days`;
      const remedy = "See why it was not renewed: docs/runbooks/health.md says how.";
      findings.push({ ...about, severity, detail: "end", found: `the certificate of ${host} ${said}`, remedy });
    }
  });
  const unknown = [
    ...(plain.length > 0 ? [`the certificates of ${plain.sort().join(", ")}: there is no TLS`] : []),
    ...(silent.length > 0 ? [`the certificates of ${silent.sort().join(", ")}: nobody answered`] : []),
  ];
  return { findings, certificates, unknown };
}
