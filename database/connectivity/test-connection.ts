import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { connect } from "../connect.ts";
import { ConnectionFailed } from "../connection-failed.ts";
import { type ConnectionTarget, parseConnectionUri, redactUri } from "../connection-uri.ts";
import { explainConnectionError } from "../explain-connection-error.ts";
import { type ConnectionReport, connectionSteps, type StepResult } from "./connection-report.ts";
import { judgePrivileges, type RolePurpose } from "./judge-privileges.ts";
import { measureLatency } from "./latency.ts";
import { findAddresses, probeTcp, probeTls, type TlsFound } from "./network-probes.ts";
import { measureSaturation } from "./pool-saturation.ts";
import { askPrivileges } from "./role-privileges.ts";
import { askServer } from "./server-found.ts";

export interface TestConnectionOptions {
  /** What the role is for; its privileges are judged by it, and only told without. */
  purpose?: RolePurpose;
  /** Round trips to measure; 20 unless said. */
  rounds?: number;
  /** Milliseconds for each step; 15,000 unless said. */
  timeout?: number;
  /** Milliseconds for which a waking endpoint is asked again; 30,000 unless said. */
  wakeTimeout?: number;
  signal?: AbortSignal | undefined;
}

type Verdict = Omit<StepResult, "step">;

/**
 * Goes step by step to a working session and says where it ends and why: address, TCP, TLS, authentication, latency, server, privileges,
 * saturation. Every failure is in the report; nothing is thrown but bugs.
 */
export async function testConnection(uri: string, options: TestConnectionOptions = {}): Promise<ConnectionReport> {
  const { rounds = 20, timeout = 15_000, wakeTimeout = 30_000, signal, purpose } = options;
  const report: ConnectionReport & { steps: StepResult[] } = {
    target: redactUri(uri),
    ok: true,
    steps: [],
    attempts: 0,
  };
  const waiting = { timeout, signal };
  let target: ConnectionTarget | undefined;
  let client: Client | undefined;
  const session = () => {
    if (client === undefined) throw new Error("there is no session yet");
    return client;
  };
  const work: Record<StepResult["step"], (target: ConnectionTarget) => Promise<Verdict>> = {
    async address(target) {
      const addresses = await findAddresses(target);
      return passed(`${target.host} is ${addresses.join(", ")}`);
    },
    tcp: async (target) => passed(`port ${target.port} answered in ${shown(await probeTcp(target, waiting))}`),
    async tls(target) {
      if (target.sslMode === "disable")
        return { state: "skipped", found: "sslmode=disable: everything, the data included, goes in the clear" };
      const found = await probeTls(target, waiting);
      if (found !== "refused") report.tls = found;
      return judgeTls(found, target);
    },
    async authentication(target) {
      const end = Date.now() + wakeTimeout;
      for (let pause = 100; ; pause = Math.min(pause * 2, 2_000)) {
        report.attempts++;
        try {
          client = await connect(uri, { applicationName: "chittyops test", connectTimeout: timeout, signal });
          const woke = report.attempts === 1 ? "" : `, at attempt ${report.attempts}: the endpoint was waking`;
          return passed(`role ${target.user} is in database ${target.database}${woke}`);
        } catch (error) {
          const waking = error instanceof ConnectionFailed && (error.reason === "waking" || error.reason === "lost");
          if (!waking || Date.now() + pause > end) throw error;
          await delay(pause, undefined, { signal });
        }
      }
    },
    async latency() {
      report.latency = await measureLatency(session(), rounds);
      const { median, p95 } = report.latency;
      return passed(`median ${shown(median)}, p95 ${shown(p95)} of ${rounds} round trips`);
    },
    async server() {
      report.server = await askServer(session());
      const { version, readOnly } = report.server;
      const told = `Postgres ${version}, running since ${report.server.startedAt}`;
      if (!readOnly) return passed(told);
      return {
        state: purpose === undefined || purpose === "reader" ? "passed" : "failed",
        found: `${told}, read-only (${readOnly === "replica" ? "a replica" : "default_transaction_read_only"})`,
        ...(purpose === undefined || purpose === "reader"
          ? {}
          : {
              remedy:
                readOnly === "replica"
                  ? "Use the host of the read-write endpoint."
                  : "alter role … reset default_transaction_read_only; and look at the database's settings.",
            }),
      };
    },
    async privileges() {
      report.privileges = await askPrivileges(session());
      return judgePrivileges(report.privileges, purpose);
    },
    async saturation() {
      report.saturation = await measureSaturation(session());
      const { of, used, allowed } = report.saturation.limit;
      const found = `${used} of the ${allowed} connections of the ${of} are used`;
      if (used < allowed * 0.8) return passed(found);
      return {
        state: "warning",
        found,
        remedy:
          "Use the pooled host, end idle sessions (`chittyops db tune` names them), or take a larger compute size.",
      };
    },
  };
  try {
    target = parseConnectionUri(uri);
    for (const step of connectionSteps) {
      const verdict: Verdict = report.ok
        ? await work[step](target).catch((error: unknown) => failed(error, target))
        : { state: "skipped", found: "an earlier step failed" };
      report.steps.push({ step, ...verdict });
      // Of a session that stands, everything is told; only a way that ends leads nowhere.
      if (verdict.state === "failed" && client === undefined) report.ok = false;
    }
  } catch (error) {
    report.steps.push({ step: "address", ...failed(error, target) });
  } finally {
    await client?.end().catch(() => undefined);
  }
  report.ok = report.steps.every(({ state }) => state !== "failed");
  return report;
}

const passed = (found: string): Verdict => ({ state: "passed", found });
const shown = (milliseconds: number) => `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;

function failed(error: unknown, target: ConnectionTarget | undefined): Verdict {
  if (!(error instanceof ConnectionFailed) && target === undefined) throw error;
  const told = target === undefined ? error : explainConnectionError(error, target);
  if (!(told instanceof ConnectionFailed)) throw told;
  return { state: "failed", found: told.found, remedy: told.remedy };
}

function judgeTls(found: TlsFound | "refused", { host, sslMode, rootCertificate }: ConnectionTarget): Verdict {
  if (found === "refused")
    return {
      state: sslMode === "prefer" ? "warning" : "failed",
      found: `The server refuses TLS; sslmode=${sslMode} ${sslMode === "prefer" ? "goes on without" : "demands it"}.`,
      remedy: "Turn TLS on at the server; only for a server on this machine, say sslmode=disable.",
    };
  const told = `${found.protocol} with ${found.cipher}, certificate until ${found.validUntil.slice(0, 10)}`;
  if (found.certificate === "verified") return passed(`${told}, verified for ${host}`);
  const onlyAuthority = sslMode === "verify-ca" || (sslMode === "require" && rootCertificate !== undefined);
  if (onlyAuthority && /HOSTNAME_MISMATCH|ALTNAME/.test(found.certificate))
    return passed(`${told}, of a known authority, for another name than ${host}`);
  const demanded = sslMode === "verify-full" || onlyAuthority;
  return {
    state: demanded ? "failed" : "warning",
    found: `${told}; the certificate does not hold for ${host}: ${found.certificate}.`,
    remedy: demanded
      ? "Check the host name, or name the authority that signed it with sslrootcert."
      : `sslmode=${sslMode} takes any certificate, so anybody on the way could answer; where the authority is known, say verify-full.`,
  };
}
