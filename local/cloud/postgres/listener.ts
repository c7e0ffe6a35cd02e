import { createConnection, createServer, type Server, type Socket } from "node:net";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import type { Certificate } from "./certificate.ts";
import type { Lease } from "./cluster.ts";
import { superuser } from "./server.ts";
import { fatalError, readFirstPacket, startupPacket } from "./wire.ts";

/** What a listener asks about each connection. */
export interface Gate {
  /**
   * Lets a session through: the socket of its server and what to call at its end.
   * @throws Refused, or whatever kept the server from starting.
   */
  admit(session: Socket): Promise<Lease>;
  /** The socket of the server if it runs; where a session is to be cancelled. */
  running(): Promise<string | undefined>;
  log: (message: string) => void;
}

/** A connection that gets an error instead of a session; `code` is an SQLSTATE. */
export class Refused extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Listener {
  server: Server;
  /** Ends every connection. */
  end(): void;
  close(): Promise<void>;
}

/** As `authentication_timeout` of Postgres. */
const handshakeTimeout = 60_000;

/**
 * Speaks TLS with clients, as Neon's proxy does, and hands their sessions to a server that starts when the first one comes. The
 * password is between client and server.
 */
export function createListener(certificate: Certificate, gate: Gate): Listener {
  const context = createSecureContext(certificate);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.setTimeout(handshakeTimeout, () => socket.destroy());
    serve(socket, context, gate).catch((error: unknown) => {
      gate.log(`a connection failed: ${error instanceof Error ? error.message : String(error)}`);
      socket.destroy();
    });
  });
  const end = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    server,
    end,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        end();
      }),
  };
}

async function serve(plain: Socket, context: SecureContext, gate: Gate): Promise<void> {
  let client: Socket | undefined;
  for (;;) {
    const packet = await readFirstPacket(client ?? plain).catch(() => undefined);
    if (!packet) {
      plain.destroy();
      return;
    }
    if (packet.kind === "gss-request") plain.write("N");
    else if (packet.kind === "cancel") return await cancel(client ?? plain, packet.packet, gate);
    else if (packet.kind === "startup") {
      plain.setTimeout(0);
      if (client) return await session(client, packet, gate);
      const message = "connection is insecure (try using `sslmode=require`)";
      return farewell(plain, fatalError("28000", message));
    } else {
      if (client) return void plain.destroy();
      if (packet.kind === "tls-request") {
        // Bytes sent ahead would count as if they had been encrypted (CVE-2021-23222).
        if (plain.readableLength > 0) return void plain.destroy();
        plain.write("S");
      }
      client = await secured(plain, context);
    }
  }
}

function secured(plain: Socket, secureContext: SecureContext): Promise<Socket> {
  return new Promise((done, failed) => {
    const client = new TLSSocket(plain, { isServer: true, secureContext, ALPNProtocols: ["postgresql"] });
    client.on("error", (error) => {
      plain.destroy();
      failed(error);
    });
    const left = (): void => failed(new Error("left during the TLS handshake"));
    client.once("close", left);
    client.once("end", left);
    // Only who reads is told of the end.
    const read = (): void => void client.read(0);
    client.on("readable", read);
    client.once("secure", () => {
      client.off("readable", read);
      client.off("end", left);
      done(client);
    });
  });
}

async function cancel(client: Socket, packet: Buffer, gate: Gate): Promise<void> {
  const socket = await gate.running();
  if (!socket) return farewell(client);
  const server = createConnection(socket, () => server.end(packet));
  server.on("error", () => {});
  server.on("close", () => farewell(client));
}

async function session(
  client: Socket,
  startup: { version: number; parameters: Map<string, string> },
  gate: Gate,
): Promise<void> {
  let lease: Lease;
  try {
    if (startup.parameters.get("user") === superuser)
      throw new Refused("28000", `role "${superuser}" is not permitted to log in`);
    lease = await gate.admit(client);
  } catch (error) {
    const { code, message } = error instanceof Refused ? error : asRefused(error, gate);
    return farewell(client, fatalError(code, message));
  }
  const server = createConnection(lease.socket);
  server.on("close", () => {
    lease.release();
    farewell(client);
  });
  server.on("error", () => client.destroy());
  if (client.destroyed) return void server.destroy();
  client.on("close", () => server.destroy());
  server.write(startupPacket(startup.version, forServer(startup.parameters)));
  client.pipe(server);
  server.pipe(client);
}

/** Ends a connection from this side; who does not read on never sees that the other side has ended it, too. */
function farewell(client: Socket, bytes?: Buffer): void {
  if (bytes) client.write(bytes);
  if (!client.writableEnded) client.end();
  client.resume();
}

function asRefused(error: unknown, gate: Gate): Refused {
  const message = error instanceof Error ? error.message : String(error);
  gate.log(`a server did not start: ${message}`);
  return new Refused("57P03", `the compute could not be started: ${message}`);
}

/** Neon's clients without SNI name the endpoint in their options, which is not for Postgres. */
function forServer(parameters: ReadonlyMap<string, string>): Map<string, string> {
  const result = new Map(parameters);
  const options = (parameters.get("options") ?? "")
    .split(/(?<!\\)\s+/)
    .filter((option) => !/^(endpoint|project)(=|%3D)/i.test(option))
    .join(" ");
  if (options) result.set("options", options);
  else result.delete("options");
  return result;
}
