import { checking } from "../../../contracts/ops-health.ts";
import { configurationOf } from "../configuration.ts";
import { fetchSafely, type OutboundAnswer } from "../outbound/fetch-safely.ts";
import type { ScanWorld } from "./scan-service.ts";

const headers = { "user-agent": "ChittyOps", "x-source-service": "chittyops", accept: "*/*" };

/** What the deployed plane reaches. The services are ours: their addresses come from the catalog. */
export function scanWorld(env: { OPS: string }): ScanWorld {
  const local = configurationOf(env).environment === "local";
  return {
    local,
    get: (url, largestBody) =>
      url.startsWith("http://") && !local
        ? withoutTls(url)
        : fetchSafely(url, { local, timeout: checking.timeout, headers, largestBody, ours: true }),
  };
}

/** Whether a host answers in the clear is what is asked: its own rules refuse that everywhere else. The body is not read. */
async function withoutTls(url: string): Promise<OutboundAnswer> {
  const response = await fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(checking.timeout) });
  await response.body?.cancel();
  return { status: response.status, headers: response.headers, body: "" };
}
