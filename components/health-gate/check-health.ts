import type { GateInput } from "./gate-input.ts";

/** `retry`: the same question may have another answer soon. */
export type Health = { healthy: true } | { healthy: false; why: string };

/** Milliseconds for one answer. */
const patience = 10_000;
const maximumBody = 64 * 1024;

/** Asks once. A health check answers 200 and `{"status":"<expected>"}`. Never rejects. */
export async function checkHealth(
  { url, dial, expect, accessToken }: Pick<GateInput, "url" | "dial" | "expect" | "accessToken">,
  timeout: number = patience,
): Promise<Health> {
  let answer: { status: number; body: string };
  try {
    answer = await get(url, dial, timeout, accessToken);
  } catch (error) {
    return { healthy: false, why: error instanceof Error ? error.message : String(error) };
  }
  const { status, body } = answer;
  if (status !== 200) return { healthy: false, why: describeStatus(status, body) };
  const found = statusOf(body);
  if (found === expect) return { healthy: true };
  if (found === undefined) {
    return { healthy: false, why: `answered 200 with ${quote(body)} where {"status":"${expect}"} was expected` };
  }
  return { healthy: false, why: `answered "${found}" where "${expect}" was expected` };
}

/** A Worker that throws shows as 500 with Cloudflare's code 1101. */
function describeStatus(status: number, body: string): string {
  const code = body.match(/\b(1101|1102|1027|1042)\b/)?.[1];
  if (code === "1101") return `threw: HTTP ${status}, error code 1101, which is a Worker's uncaught exception`;
  if (code === "1102") return `used more CPU time than it may: HTTP ${status}, error code 1102`;
  return `answered HTTP ${status}${code === undefined ? "" : `, error code ${code}`}${body === "" ? "" : `: ${quote(body)}`}`;
}

function statusOf(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== "object" || parsed === null || !("status" in parsed)) return undefined;
    return typeof parsed.status === "string" ? parsed.status : undefined;
  } catch {
    return undefined;
  }
}

function quote(body: string): string {
  const line = body.replace(/\s+/g, " ").trim();
  return JSON.stringify(line.length > 120 ? `${line.slice(0, 120)}…` : line);
}

/** Node resolves no `*.localhost`, so the address to dial can be another one than the host that is asked for. */
function get(
  url: string,
  dial: string | undefined,
  timeout: number,
  accessToken: GateInput["accessToken"],
): Promise<{ status: number; body: string }> {
  const wanted = new URL(url);
  const target = dial === undefined ? wanted : new URL(`${wanted.pathname}${wanted.search}`, dial);
  // An import of either would load all of `fetch` with it, which takes longer than the whole question.
  const { request } = process.getBuiltinModule(target.protocol === "https:" ? "node:https" : "node:http");
  return new Promise((resolve, reject) => {
    const headers = {
      host: wanted.host,
      accept: "application/json",
      "user-agent": "chittyops-health-gate",
      ...(accessToken && {
        "cf-access-client-id": accessToken.clientId,
        "cf-access-client-secret": accessToken.clientSecret,
      }),
    };
    const sent = request(target, { headers, signal: AbortSignal.timeout(timeout), agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        if (body.length < maximumBody) body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", fail);
    });
    const fail = (error: NodeJS.ErrnoException) => reject(new Error(describeFailure(error, target, timeout)));
    sent.on("error", fail);
    sent.end();
  });
}

function describeFailure(error: NodeJS.ErrnoException, target: URL, timeout: number): string {
  if (error.name === "TimeoutError" || error.name === "AbortError" || error.code === "ABORT_ERR") {
    return `gave no answer within ${timeout} ms`;
  }
  if (error.code === "ECONNREFUSED") return `nothing listens at ${target.host}`;
  return `gave no answer: ${error.message}`;
}
