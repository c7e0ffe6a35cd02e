import { count } from "./histogram.ts";
import { countPath, noUsage, type Usage } from "./usage.ts";

/** What the runtime says of one invocation of a Worker; anything may be missing or be something else. */
export interface TailEvent {
  scriptName?: string | null;
  eventTimestamp?: number | null;
  outcome?: string;
  cpuTime?: number;
  wallTime?: number;
  durableObjectId?: string;
  event?: { request?: { method?: string; url?: string }; response?: { status?: number } } | null;
}

/** What a Worker did in five minutes of which the first begins at `from`, in milliseconds since the epoch. */
export interface Measurement {
  script: string;
  from: number;
  usage: Usage;
}

export const fiveMinutes = 5 * 60_000;

/** The client went away: no failure of the Worker. */
const fine = new Set(["ok", "canceled", "responseStreamDisconnected"]);

/** Adds events up by Worker and five minutes. */
export function measure(events: readonly TailEvent[], now: number): Measurement[] {
  const measured = new Map<string, Measurement>();
  for (const event of events) {
    const script = event.scriptName;
    if (typeof script !== "string" || !/^[\w.-]{1,255}$/.test(script)) continue;
    // A clock that is wrong by more than its span must not reach into others.
    const at = typeof event.eventTimestamp === "number" ? Math.min(event.eventTimestamp, now) : now;
    const from = Math.floor(at / fiveMinutes) * fiveMinutes;
    const key = `${script} ${from}`;
    const known = measured.get(key) ?? { script, from, usage: noUsage() };
    measured.set(key, known);
    add(known.usage, event);
  }
  return [...measured.values()];
}

function add(usage: Usage, { event, outcome = "ok", durableObjectId, ...times }: TailEvent): void {
  const cpu = durationOf(times.cpuTime);
  const wall = durationOf(times.wallTime);
  const { request, response } = event ?? {};
  usage.cpuMilliseconds += cpu;
  count(usage.cpu, cpu);
  if (typeof durableObjectId === "string") {
    usage.other += 1;
    usage.objectRequests += 1;
    usage.objectMilliseconds += wall;
  } else if (request === undefined) {
    usage.other += 1;
  } else {
    usage.requests += 1;
    count(usage.latency, wall);
    if (request.method === "GET") {
      usage.reads += 1;
      const path = pathOf(request.url);
      if (path !== undefined) countPath(usage.paths, path);
    }
  }
  const failed = !fine.has(outcome) || (response?.status ?? 0) >= 500;
  if (failed) usage.errors += 1;
  if (outcome === "exceededCpu") usage.overCpu += 1;
  if (outcome === "exceededMemory") usage.overMemory += 1;
}

function durationOf(given: unknown): number {
  return typeof given === "number" && Number.isFinite(given) && given > 0 ? given : 0;
}

/** The path without its query; a part that looks like somebody's name, number or token is not kept. */
function pathOf(url: unknown): string | undefined {
  if (typeof url !== "string" || !URL.canParse(url)) return undefined;
  const parts = new URL(url).pathname.split("/").slice(0, 6);
  return parts
    .map((part) => (/^[a-z][a-z._-]{0,30}$/i.test(part) || /^v\d$/.test(part) || part === "" ? part : "*"))
    .join("/");
}
