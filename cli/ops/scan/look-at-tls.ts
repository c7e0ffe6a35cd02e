import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";

export interface TlsLook {
  /** Until when the certificate is good, milliseconds; undefined: nobody answered, nothing is known. */
  until: number | undefined;
  /** What is wrong with it, each the end of a sentence. */
  problems: string[];
}

/** Milliseconds. */
const timeout = 10_000;

/**
 * What a host answers with where TLS begins: a Worker is not shown this, a connection of our own is.
 * @param url `https:`
 * @param ca PEM; who is trusted besides those that Node trusts
 */
export async function lookAtTls(url: string, ca?: string): Promise<TlsLook> {
  const { hostname, port } = new URL(url);
  const to = { host: hostname, port: Number(port || 443), servername: hostname, ...(ca !== undefined && { ca }) };
  const met = await handshake({ ...to, rejectUnauthorized: false }, (socket) => ({
    until: Date.parse(socket.getPeerCertificate().valid_to),
    refusal: socket.authorized ? undefined : String(socket.authorizationError),
  }));
  if (met === undefined) return { until: undefined, problems: [] };
  // OpenSSL itself offers such old versions only at its lowest level.
  const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
  const outdated = await handshake({ ...to, ...old, rejectUnauthorized: false }, (socket) => socket.getProtocol());
  return {
    until: met.until,
    problems: [
      ...(met.refusal === undefined ? [] : [`answers with a certificate that is not trusted (${met.refusal})`]),
      ...(outdated === undefined ? [] : [`still speaks ${outdated}`]),
    ],
  };
}

/** @returns undefined where there is none within the time */
function handshake<T>(options: ConnectionOptions, read: (socket: TLSSocket) => T): Promise<T | undefined> {
  return new Promise((resolve) => {
    const socket = connect(options, () => {
      resolve(read(socket));
      socket.destroy();
    });
    const end = () => {
      resolve(undefined);
      socket.destroy();
    };
    socket.setTimeout(timeout, end);
    socket.on("error", end);
  });
}
