export interface Probe {
  health: "ok" | "unhealthy" | "unreachable";
  /** Why it is not ok. */
  detail?: string;
  /** Milliseconds until the answer. */
  milliseconds: number;
}

const patience = 5_000;

/**
 * Asks a service for its health: `GET <healthUrl>` has to answer `{"status": <expect>}`.
 * `dial` is where the request goes instead (the embedded edge, which routes by `Host`; not every system resolves `*.localhost`).
 */
export async function probe(healthUrl: string, expect: string, dial?: string): Promise<Probe> {
  const started = performance.now();
  const taken = () => Math.round(performance.now() - started);
  try {
    const { status, body } = await fetchText(healthUrl, dial);
    const found = parseStatus(body);
    if (status !== 200) return { health: "unhealthy", detail: `answered ${status}`, milliseconds: taken() };
    if (found === expect) return { health: "ok", milliseconds: taken() };
    const said = found === undefined ? "no status" : JSON.stringify(found);
    return {
      health: "unhealthy",
      detail: `said ${said} where ${JSON.stringify(expect)} was expected`,
      milliseconds: taken(),
    };
  } catch (error) {
    return { health: "unreachable", detail: reason(error), milliseconds: taken() };
  }
}

/** `GET /api/v1/status` of a service as far as it answers; undefined where it does not. */
export async function statusDocument(url: string, dial?: string): Promise<unknown> {
  try {
    const { status, body } = await fetchText(new URL("/api/v1/status", url).href, dial);
    return status === 200 ? JSON.parse(body) : undefined;
  } catch {
    return undefined;
  }
}

async function fetchText(url: string, dial: string | undefined): Promise<{ status: number; body: string }> {
  const wanted = new URL(url);
  const target = dial ? new URL(wanted.pathname + wanted.search, dial) : wanted;
  // Loaded when the first is asked: many commands ask nobody.
  const { request } = await import("undici");
  const answer = await request(target, {
    headers: dial ? { host: wanted.host } : {},
    signal: AbortSignal.timeout(patience),
  });
  return { status: answer.statusCode, body: await answer.body.text() };
}

function parseStatus(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null && "status" in parsed ? parsed.status : undefined;
  } catch {
    return undefined;
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${patience / 1000} s`;
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
