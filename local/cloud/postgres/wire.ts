import type { Readable } from "node:stream";

/**
 * The first packets of Postgres's protocol (https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-START-UP): all that a
 * listener in front of a server has to understand.
 */
export type FirstPacket =
  | { kind: "tls-request" | "gss-request" }
  /** The client speaks TLS at once (`sslnegotiation=direct`). */
  | { kind: "tls" }
  | { kind: "cancel"; packet: Buffer }
  | { kind: "startup"; version: number; parameters: Map<string, string> };

const codes = { cancel: 80_877_102, tls: 80_877_103, gss: 80_877_104 };
/** As in Postgres itself. */
const longestPacket = 10_000;
const tlsHandshake = 0x16;

/** Reads one packet. @returns undefined when the client leaves. @throws Error when it speaks something else. */
export async function readFirstPacket(stream: Readable): Promise<FirstPacket | undefined> {
  const head = await take(stream, 1);
  if (!head) return undefined;
  if (head[0] === tlsHandshake) {
    stream.unshift(head);
    return { kind: "tls" };
  }
  const rest = await take(stream, 3);
  if (!rest) return undefined;
  const length = Buffer.concat([head, rest]).readInt32BE();
  if (length < 8 || length > longestPacket) throw new Error("not a Postgres client");
  const body = await take(stream, length - 4);
  if (!body) return undefined;
  const code = body.readInt32BE();
  if (code === codes.tls) return { kind: "tls-request" };
  if (code === codes.gss) return { kind: "gss-request" };
  if (code === codes.cancel) return { kind: "cancel", packet: packet(body) };
  return { kind: "startup", version: code, parameters: parameters(body.subarray(4)) };
}

function parameters(body: Buffer): Map<string, string> {
  const strings = body.toString("utf8").split("\0");
  const found = new Map<string, string>();
  for (let at = 0; at + 1 < strings.length; at += 2) {
    const [name = "", value = ""] = strings.slice(at, at + 2);
    if (name === "") break;
    // Postgres takes the last of two; nothing may look different here than there.
    found.set(name, value);
  }
  return found;
}

export function startupPacket(version: number, values: ReadonlyMap<string, string>): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(version);
  const strings = [...values].map(([name, value]) => `${name}\0${value}\0`).join("");
  return packet(Buffer.concat([head, Buffer.from(`${strings}\0`)]));
}

/** An `ErrorResponse` that ends a connection; `code` is an SQLSTATE. */
export function fatalError(code: string, message: string): Buffer {
  const fields = `SFATAL\0VFATAL\0C${code}\0M${message.replaceAll("\0", "")}\0\0`;
  return Buffer.concat([Buffer.from("E"), packet(Buffer.from(fields))]);
}

function packet(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}

/** Exactly `size` bytes, what came with them is put back; undefined if the stream ends before. */
async function take(stream: Readable, size: number): Promise<Buffer | undefined> {
  let taken = Buffer.alloc(0);
  for (;;) {
    const chunk = stream.read() as Buffer | null;
    if (chunk) {
      taken = Buffer.concat([taken, chunk]);
      if (taken.length > size) stream.unshift(taken.subarray(size));
      if (taken.length >= size) return taken.subarray(0, size);
    }
    if (stream.readableEnded || stream.destroyed) return undefined;
    // Only once all is read: whoever asks to be told of bytes is told at once of those that wait already.
    if (!chunk) await changed(stream);
  }
}

function changed(stream: Readable): Promise<void> {
  return new Promise((done) => {
    const events = ["readable", "end", "close", "error"];
    const settled = (): void => {
      for (const event of events) stream.off(event, settled);
      done();
    };
    for (const event of events) stream.on(event, settled);
  });
}
