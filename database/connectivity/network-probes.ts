import { lookup } from "node:dns/promises";
import { isIP, Socket } from "node:net";
import { checkServerIdentity, connect as startTls } from "node:tls";
import { tlsOptions } from "../connect.ts";
import type { ConnectionTarget } from "../connection-uri.ts";

export interface Waiting {
  /** Milliseconds. */
  timeout: number;
  signal?: AbortSignal | undefined;
}

/** What TLS came out as, whether or not the connection asks for it to hold. */
export interface TlsFound {
  /** e.g. `TLSv1.3`. */
  protocol: string;
  cipher: string;
  /** `verified`, or why the certificate does not hold for this host, e.g. `DEPTH_ZERO_SELF_SIGNED_CERT`. */
  certificate: string;
  /** Of the certificate, ISO 8601. */
  validUntil: string;
}

/** Every address of the host. */
export async function findAddresses({ host }: ConnectionTarget): Promise<string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}

/** Opens a TCP connection and closes it. @returns milliseconds it took. */
export async function probeTcp(target: ConnectionTarget, waiting: Waiting): Promise<number> {
  const start = performance.now();
  const socket = await openSocket(target, waiting);
  socket.destroy();
  return performance.now() - start;
}

/** Asks for TLS as a client of Postgres does and shakes hands, without logging in. `refused`: the server has none. */
export async function probeTls(target: ConnectionTarget, waiting: Waiting): Promise<TlsFound | "refused"> {
  const given = await tlsOptions(target);
  const socket = await openSocket(target, waiting);
  try {
    const request = Buffer.alloc(8);
    request.writeInt32BE(8, 0);
    request.writeInt32BE(80_877_103, 4);
    const answer = await once(socket, waiting, (done) => {
      socket.once("data", (bytes: Buffer) => done(bytes.toString("latin1", 0, 1)));
      socket.write(request);
    });
    if (answer !== "S") return "refused";
    const ca = given !== false && given.ca !== undefined ? { ca: given.ca } : {};
    const name = isIP(target.host) === 0 ? { servername: target.host } : {};
    // Whether the certificate holds is found out here, not demanded: the session itself demands what sslmode says.
    const secure = startTls({ socket, host: target.host, ...name, ...ca, rejectUnauthorized: false });
    await once(secure, waiting, (done) => secure.once("secureConnect", () => done("")));
    const certificate = secure.getPeerCertificate();
    const mismatch = checkServerIdentity(target.host, certificate);
    const chain = secure.authorizationError;
    const wrong = chain ? codeOf(chain) : mismatch ? "HOSTNAME_MISMATCH" : undefined;
    return {
      protocol: secure.getProtocol() ?? "unknown",
      cipher: secure.getCipher().name,
      certificate: wrong ?? "verified",
      validUntil: new Date(certificate.valid_to).toISOString(),
    };
  } finally {
    socket.destroy();
  }
}

// Node gives the code itself, for all that its types say.
const codeOf = (error: unknown) =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : String(error);

async function openSocket({ host, port }: ConnectionTarget, waiting: Waiting): Promise<Socket> {
  const socket = new Socket();
  await once(socket, waiting, (done) => socket.connect(port, host, () => done("")));
  return socket;
}

/** Waits for what `begin` reports, for an error or for the end of the connection, not longer than allowed. */
function once(
  socket: Socket,
  { timeout, signal }: Waiting,
  begin: (done: (value: string) => void) => void,
): Promise<string> {
  return new Promise((done, failed) => {
    const limits = AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])]);
    const settled = () => {
      limits.removeEventListener("abort", giveUp);
      socket.off("error", fail);
      socket.off("close", closed);
      // Nobody listens between two steps, and an error then must not end the process.
      socket.on("error", () => undefined);
    };
    const fail = (error: Error) => {
      settled();
      socket.destroy();
      failed(error);
    };
    const giveUp = () =>
      fail(signal?.aborted ? new DOMException("aborted", "AbortError") : new Error("timeout expired"));
    const closed = () => fail(new Error("Connection terminated"));
    limits.addEventListener("abort", giveUp);
    if (limits.aborted) return giveUp();
    socket.on("error", fail);
    socket.on("close", closed);
    begin((value) => {
      settled();
      done(value);
    });
  });
}
