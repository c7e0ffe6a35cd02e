import type { Hyperdrive } from "@cloudflare/workers-types";

/** Where a binding leads, and as whom. */
type Origin = Pick<Hyperdrive, "connect" | "user" | "password" | "database">;

/**
 * Opens a session through Hyperdrive, asks `select 1` and ends it: a driver would be ten times the shell. Protocol 3.0 with SCRAM-SHA-256
 * and passwords in the clear (the channel is Hyperdrive's): https://www.postgresql.org/docs/18/protocol-message-formats.html, RFC 5802 and 7677.
 * @throws Error with what Postgres said; never with the password
 */
export async function askPostgres(origin: Origin): Promise<void> {
  const socket = origin.connect();
  const messages = read(socket.readable);
  const writer = socket.writable.getWriter();
  const send = (type: string, ...parts: Uint8Array[]) => writer.write(message(type, parts));
  try {
    await writer.write(
      message("", [int32(196608), text("user"), text(origin.user), text("database"), text(origin.database), zero]),
    );
    await authenticate(origin, messages, send);
    await until(messages, "Z");
    await send("Q", text("select 1"));
    await until(messages, "D");
    await until(messages, "Z");
    await send("X");
  } finally {
    await socket.close().catch(() => undefined);
  }
}

interface Message {
  type: string;
  body: Uint8Array;
}
type Messages = AsyncGenerator<Message, undefined>;
type Send = (type: string, ...parts: Uint8Array[]) => Promise<void>;

async function authenticate({ password }: Origin, messages: Messages, send: Send): Promise<void> {
  const kind = numberAt(await until(messages, "R"), 0);
  if (kind === 0) return;
  if (kind === 10) return scram(password, messages, send);
  if (kind !== 3) throw new Error(`Postgres asks for authentication of kind ${kind}, which the shell does not know`);
  await send("p", text(password));
  requireOk(await until(messages, "R"));
}

async function scram(password: string, messages: Messages, send: Send): Promise<void> {
  const mechanism = "SCRAM-SHA-256";
  const nonce = base64(crypto.getRandomValues(new Uint8Array(18)));
  const first = `n=,r=${nonce}`;
  await send("p", text(mechanism), int32(bytes(`n,,${first}`).length), bytes(`n,,${first}`));
  const challenge = new TextDecoder().decode((await until(messages, "R")).subarray(4));
  const [, r = "", s = "", i = ""] = /^r=([^,]*),s=([^,]*),i=(\d+)/.exec(challenge) ?? [];
  if (!r.startsWith(nonce)) throw new Error("Postgres answered with another nonce than it was sent");
  const salted = await pbkdf2(password, fromBase64(s), Number(i));
  const clientKey = await hmac(salted, "Client Key");
  const withoutProof = `c=biws,r=${r}`;
  const signed = `${first},${challenge},${withoutProof}`;
  const signature = await hmac(new Uint8Array(await crypto.subtle.digest("SHA-256", clientKey)), signed);
  const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
  await send("p", bytes(`${withoutProof},p=${base64(proof)}`));
  const verifier = new TextDecoder().decode((await until(messages, "R")).subarray(4));
  if (verifier !== `v=${base64(await hmac(await hmac(salted, "Server Key"), signed))}`)
    throw new Error("the server does not know the password: it is not the database it claims to be");
  requireOk(await until(messages, "R"));
}

function requireOk(body: Uint8Array): void {
  if (numberAt(body, 0) !== 0) throw new Error("Postgres goes on asking after it was told the password");
}

/** The next message of a type. @throws Error when Postgres reports one instead, or ends */
async function until(messages: Messages, type: string): Promise<Uint8Array> {
  for (;;) {
    const { value } = await messages.next();
    if (value === undefined) throw new Error("the connection ended");
    if (value.type === type) return value.body;
    if (value.type === "E") throw new Error(told(value.body));
  }
}

/** `FATAL: … (28P01)` out of the fields of an ErrorResponse. */
function told(body: Uint8Array): string {
  const fields = new Map(
    new TextDecoder()
      .decode(body)
      .split("\0")
      .map((field) => [field[0], field.slice(1)]),
  );
  return `Postgres said: ${fields.get("M")} (${fields.get("C")})`;
}

async function* read(stream: ReturnType<Origin["connect"]>["readable"]): Messages {
  const reader = stream.getReader();
  let buffer = new Uint8Array();
  for (;;) {
    while (buffer.length >= 5 && buffer.length >= 1 + numberAt(buffer, 1)) {
      const end = 1 + numberAt(buffer, 1);
      yield { type: String.fromCharCode(buffer[0] ?? 0), body: buffer.slice(5, end) };
      buffer = buffer.slice(end);
    }
    const { value, done }: { value?: Uint8Array | undefined; done: boolean } = await reader.read();
    if (done || value === undefined) return undefined;
    buffer = joined([buffer, value]);
  }
}

const zero = new Uint8Array(1);

function message(type: string, parts: Uint8Array[]): Uint8Array {
  const body = joined(parts);
  return joined([bytes(type), int32(body.length + 4), body]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function int32(value: number): Uint8Array {
  const four = new Uint8Array(4);
  new DataView(four.buffer).setInt32(0, value);
  return four;
}

function numberAt(data: Uint8Array, offset: number): number {
  return new DataView(data.buffer, data.byteOffset).getInt32(offset);
}

const bytes = (value: string) => new TextEncoder().encode(value);
const text = (value: string) => joined([bytes(value), zero]);
const base64 = (data: Uint8Array) => btoa(String.fromCharCode(...data));
const fromBase64 = (value: string) => Uint8Array.from(atob(value), (sign) => sign.charCodeAt(0));

async function hmac(key: Uint8Array<ArrayBuffer>, data: string): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, bytes(data)));
}

async function pbkdf2(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", bytes(password.normalize("NFKC")), "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256));
}
