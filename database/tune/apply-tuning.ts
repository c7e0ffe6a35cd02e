import type { EndpointChange, Finding } from "./finding.ts";

export interface TuningHands {
  /** Runs one statement by itself, outside a transaction. */
  sql(statement: string): Promise<unknown>;
  updateEndpoint(change: EndpointChange): Promise<unknown>;
}

export interface Applied {
  id: string;
  state: "applied" | "failed" | "manual";
  /** The failure, or what somebody has to do. */
  message?: string;
}

/**
 * Applies the findings that were chosen. One that fails does not stop the others. The endpoint comes last and in one call, since it may restart
 * and end the session that runs the statements; of two findings that change the same field, the one that asks for more wins.
 */
export async function applyTuning(
  findings: readonly Finding[],
  { sql, updateEndpoint }: TuningHands,
): Promise<Applied[]> {
  const results = new Map<string, Applied>();
  const change: EndpointChange = {};
  const ofEndpoint: string[] = [];
  for (const { id, how } of findings) {
    if (how.kind === "manual") results.set(id, { id, state: "manual", message: how.advice });
    if (how.kind === "endpoint") {
      merge(change, how.change);
      ofEndpoint.push(id);
    }
    if (how.kind === "sql") results.set(id, await attempt(id, async () => void (await inOrder(how.statements, sql))));
  }
  if (ofEndpoint.length > 0) {
    const outcome = await attempt("", () => updateEndpoint(change));
    for (const id of ofEndpoint) results.set(id, { ...outcome, id });
  }
  return findings.flatMap(({ id }) => results.get(id) ?? []);
}

async function inOrder(statements: readonly string[], run: (statement: string) => Promise<unknown>): Promise<void> {
  for (const statement of statements) await run(statement);
}

async function attempt(id: string, work: () => Promise<unknown>): Promise<Applied> {
  try {
    await work();
    return { id, state: "applied" };
  } catch (error) {
    return { id, state: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}

function merge(into: EndpointChange, change: EndpointChange): void {
  for (const field of ["autoscaling_limit_min_cu", "autoscaling_limit_max_cu", "suspend_timeout_seconds"] as const) {
    const value = change[field];
    if (value !== undefined) into[field] = Math.max(value, into[field] ?? value);
  }
  if (change.settings)
    into.settings = { pg_settings: { ...into.settings?.pg_settings, ...change.settings.pg_settings } };
}
