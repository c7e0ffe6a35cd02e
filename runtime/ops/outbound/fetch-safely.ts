import { resolve4, resolve6 } from "node:dns/promises";
import { isPublicAddress, refusalOf } from "./address-rules.ts";

/** An address was not asked, or asked without an answer. `refused`: by our own rules. */
export class OutboundError extends Error {
  override readonly name = "OutboundError";
  readonly refused: boolean;

  constructor(message: string, refused: boolean) {
    super(message);
    this.refused = refused;
  }
}

export interface OutboundOptions {
  /** Whether this is the environment of the embedded cloud. */
  local: boolean;
  /** Milliseconds for everything. */
  timeout: number;
  /** Bytes of the body that are read; the rest is left. */
  largestBody: number;
  headers?: Record<string, string>;
  /** The address is one of our own: what its name resolves to is not looked up. */
  ours?: boolean;
  /** What is sent, by `POST`; absent: nothing is, by `GET`. */
  send?: string;
  /** Whether `local` may ask this very machine. */
  loopback?: boolean;
}

export interface Outbound {
  fetch: typeof fetch;
  /** Addresses of a name. @throws where it has none */
  lookUp(name: string): Promise<string[]>;
}

export interface OutboundAnswer {
  status: number;
  headers: Headers;
  /** Its first `largestBody` bytes as text. */
  body: string;
}

/**
 * Asks an address that somebody else named: refused by `address-rules.ts`, or when any of the addresses that its name resolves to is
 * not public; no redirect is followed, no more of the body is read than is asked for, and everything ends in time.
 * @throws OutboundError
 */
export async function fetchSafely(url: string, options: OutboundOptions, outbound = network): Promise<OutboundAnswer> {
  const { local, loopback = false, timeout, largestBody, headers = {}, ours = false, send } = options;
  const refusal = refusalOf(url, { local, loopback });
  if (refusal !== undefined) throw new OutboundError(`the address ${refusal}`, true);
  // A timer of one's own, which ends with the answer: an isolate has 10,000 at most, and those of AbortSignal.timeout() run on to their time.
  const aborting = new AbortController();
  const timer = setTimeout(() => aborting.abort(), timeout);
  const { signal } = aborting;
  try {
    if (!local && !ours) await requirePublic(new URL(url).hostname, outbound, signal);
    const response = await outbound.fetch(url, {
      headers,
      redirect: "manual",
      signal,
      ...(send !== undefined && { method: "POST", body: send }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: await firstBytes(response.body, largestBody, signal),
    };
  } catch (error) {
    if (error instanceof OutboundError) throw error;
    if (signal.aborted) throw new OutboundError(`no answer within ${timeout / 1_000} s`, false);
    throw new OutboundError(`the connection failed: ${error instanceof Error ? error.message : String(error)}`, false);
  } finally {
    clearTimeout(timer);
  }
}

async function requirePublic(hostname: string, outbound: Outbound, signal: AbortSignal): Promise<void> {
  const addresses = await untilAborted(outbound.lookUp(hostname), signal);
  if (addresses.length === 0) throw new OutboundError(`the name ${hostname} has no address`, false);
  if (!addresses.every(isPublicAddress)) {
    throw new OutboundError(`the name ${hostname} resolves to an address inside a network`, true);
  }
}

async function firstBytes(body: ReadableStream<Uint8Array> | null, most: number, signal: AbortSignal): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (length < most) {
      const { done, value } = await untilAborted(reader.read(), signal);
      if (done) break;
      chunks.push(value.subarray(0, most - length));
      length += value.length;
    }
  } finally {
    // Nobody waits for a sender that does not end.
    void reader.cancel().catch(() => {});
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

const network: Outbound = {
  fetch: (input, init) => fetch(input, init),
  async lookUp(name) {
    const found = await Promise.allSettled([resolve4(name), resolve6(name)]);
    return found.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  },
};
