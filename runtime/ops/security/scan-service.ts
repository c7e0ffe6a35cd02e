import type { SecurityFinding } from "../../../contracts/ops-security.ts";
import { jsonOf } from "../../http/json-of.ts";
import type { OutboundAnswer } from "../outbound/fetch-safely.ts";

/** A service as it is reached. */
export interface ScanTarget {
  service: string;
  family: string;
  /** Absolute, its root. */
  url: string;
}

export interface ScanWorld {
  /** Whether there is no TLS to expect: the embedded cloud's edge. */
  local: boolean;
  /** Asks once, without credentials and without following redirects. @throws when there is no answer */
  get(url: string, largestBody: number): Promise<OutboundAnswer>;
}

type Said = Omit<SecurityFinding, "service" | "family">;
type Rule = (target: ScanTarget, world: ScanWorld) => Promise<Said[]>;

/**
 * What is wrong with a service, from outside and without credentials.
 * @returns undefined: it does not answer, so that nothing is known of it now; health says so
 */
export async function scanService(target: ScanTarget, world: ScanWorld): Promise<SecurityFinding[] | undefined> {
  const about = { service: target.service, family: target.family };
  try {
    const found: Said[] = [];
    for (const rule of [headers, https, openStatus, openFiles, workersDev]) found.push(...(await rule(target, world)));
    return found.map((finding) => ({ ...about, ...finding }));
  } catch {
    return undefined;
  }
}

const nosniff = "X-Content-Type-Options: nosniff";

const headers: Rule = async ({ url }, { get, local }) => {
  const answer = await get(url, 1);
  const has = (name: string) => answer.headers.has(name);
  const page = answer.headers.get("content-type")?.startsWith("text/html") ?? false;
  const policy = answer.headers.get("content-security-policy") ?? "";
  const missing = [
    ...(local || has("strict-transport-security") ? [] : ["Strict-Transport-Security"]),
    ...(answer.headers.get("x-content-type-options")?.toLowerCase() === "nosniff" ? [] : [nosniff]),
    ...(page && policy === "" ? ["Content-Security-Policy"] : []),
    ...(page && !has("x-frame-options") && !policy.includes("frame-ancestors")
      ? ["frame-ancestors in its Content-Security-Policy"]
      : []),
  ];
  if (missing.length === 0) return [];
  const found = `${url} answers without ${missing.join(", ")}`;
  // That alone is worth knowing: it matters where something else is wrong too.
  const severity = missing.length === 1 && missing[0] === nosniff ? "info" : "minor";
  return [{ rule: "headers", severity, detail: "", found, remedy: "Send them with every answer." }];
};

const https: Rule = async ({ url }, { get, local }) => {
  if (local) return [];
  const { host } = new URL(url);
  const answer = await get(`http://${host}/`, 1).catch(() => undefined);
  // Nobody listens there: nothing is sent in the clear.
  if (answer === undefined) return [];
  const to = answer.headers.get("location") ?? "";
  if (answer.status >= 300 && answer.status < 400 && to.startsWith("https://")) return [];
  const found = `http://${host}/ answers ${answer.status} where a redirect to https: is expected`;
  const remedy = "Turn on Always Use HTTPS for its zone.";
  return [{ rule: "https", severity: "major", detail: "", found, remedy }];
};

/** Members whose names say that nobody outside should read them, and values that carry credentials. */
const tellingName =
  /secret|password|passwd|credential|private_?key|api_?key|token|dsn|database_?url|connection_?string|^env$|stack_?trace/i;
const tellingValue = /^[a-z][a-z+]*:\/\/[^/\s:@]+:[^/\s@]+@|-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const statusBytes = 64 * 1_024;
const mostMembers = 2_000;

const openStatus: Rule = async ({ url }, { get }) => {
  const address = new URL("/api/v1/status", url).href;
  const answer = await get(address, statusBytes);
  if (answer.status !== 200) return [];
  const telling = tellingMembers(jsonOf(answer.body));
  if (telling.length === 0) return [];
  const found = `${address} tells anybody ${telling.slice(0, 10).join(", ")}`;
  const remedy = "Leave them out, or ask for credentials.";
  return [{ rule: "open-status", severity: "major", detail: "", found, remedy }];
};

/** What must never be served, and what shows that it is itself rather than a page for everything. */
const files: [path: string, itself: RegExp][] = [
  ["/.env", /^\s*(?:#.*\n\s*)*(?:export )?[A-Z][A-Z0-9_]*=/],
  ["/.git/HEAD", /^(?:ref: |[0-9a-f]{40}\s*$)/],
  ["/.dev.vars", /^\s*(?:#.*\n\s*)*[A-Z][A-Z0-9_]*\s*=/],
];

const openFiles: Rule = async ({ url }, { get }) => {
  const found: Said[] = [];
  for (const [path, itself] of files) {
    const address = new URL(path, url).href;
    const answer = await get(address, 512);
    if (answer.status !== 200 || !itself.test(answer.body)) continue;
    found.push({
      rule: "open-file",
      severity: "critical",
      detail: path,
      found: `${address} is served to anybody`,
      remedy: "Take it out of what is deployed, and make new values of every secret that was in it.",
    });
  }
  return found;
};

const workersDev: Rule = async ({ url }) => {
  const { hostname } = new URL(url);
  if (!hostname.endsWith(".workers.dev")) return [];
  const found = `it is reached at ${hostname}, where no rule of a zone protects it`;
  const remedy = "Give it a host of its own in the catalog.";
  return [{ rule: "workers-dev-address", severity: "major", detail: "", found, remedy }];
};

/** Paths of members, never their values. */
function tellingMembers(value: unknown): string[] {
  const telling: string[] = [];
  const open: [path: string, value: unknown][] = [["", value]];
  for (let seen = 0; seen < mostMembers; seen += 1) {
    const next = open.pop();
    if (next === undefined) break;
    const [path, at] = next;
    if (typeof at !== "object" || at === null) continue;
    for (const [name, member] of Object.entries(at)) {
      const here = path === "" ? name : `${path}.${name}`;
      const says = typeof member === "string" && member !== "";
      if (says && (tellingName.test(name) || tellingValue.test(member))) telling.push(here.slice(0, 80));
      else open.push([here, member]);
    }
  }
  return telling.sort();
}
