import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../daemon/files.ts";

/** PEM. */
export interface Certificate {
  key: string;
  cert: string;
}

/** The certificate kept in `folder`, made at the first call: self-signed, for `localhost` and 127.0.0.1. */
export function keptCertificate(folder: string): Certificate {
  const file = join(folder, "tls.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Certificate;
  const made = selfSigned();
  writeWhole(file, JSON.stringify(made), 0o600);
  return made;
}

/**
 * Node signs but makes no certificates; this is the least that RFC 5280 asks for (X.509 v3, ECDSA on P-256, a subject alternative name).
 * @param until absent: for twenty years
 */
export function selfSigned(until?: Date): Certificate {
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const key = createPrivateKey(privateKey);
  const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
  const name = sequence(set(sequence(oid("550403"), tagged(0x0c, Buffer.from("localhost")))));
  const year = new Date().getUTCFullYear();
  const names = sequence(
    tagged(0x82, Buffer.from("localhost")),
    tagged(0x82, Buffer.from("*.localhost")),
    tagged(0x87, Buffer.from([127, 0, 0, 1])),
  );
  const content = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    // The highest bit is off (positive), the next one on (no leading zero).
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    ecdsaWithSha256,
    name,
    sequence(time(new Date(Date.UTC(year - 1, 0))), time(until ?? new Date(Date.UTC(year + 20, 0)))),
    name,
    createPublicKey(key).export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(sequence(oid("551d11"), tagged(0x04, names)))),
  );
  const signature = tagged(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", content, key)]));
  const der = sequence(content, ecdsaWithSha256, signature).toString("base64");
  const cert = `-----BEGIN CERTIFICATE-----\n${der.replace(/.{64}/g, "$&\n").trimEnd()}\n-----END CERTIFICATE-----\n`;
  return { key: privateKey, cert };
}

/** DER: tag, length, content. */
function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}

const sequence = (...parts: Buffer[]) => tagged(0x30, ...parts);
const set = (...parts: Buffer[]) => tagged(0x31, ...parts);
const integer = (bytes: Buffer) => tagged(0x02, bytes);
const oid = (hex: string) => tagged(0x06, Buffer.from(hex, "hex"));
const time = (at: Date) => tagged(0x17, Buffer.from(`${at.toISOString().slice(2, 19).replaceAll(/[-:T]/g, "")}Z`));
