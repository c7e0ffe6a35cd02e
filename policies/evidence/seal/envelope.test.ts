import { createPublicKey, verify } from "node:crypto";
import { expect, it } from "vitest";
import { parseEnvelope, serializeEnvelope, signedBytes } from "./envelope.ts";

// The example of the DSSE protocol, "Test Vectors": ECDSA over P-256, r and s one after the other.
const example = {
  payload: Buffer.from("hello world"),
  payloadType: "http://example.com/HelloWorld",
  sig: Buffer.from(
    "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==",
    "base64",
  ),
  x: 46950820868899156662930047687818585632848591499744589407958293238635476079160n,
  y: 5640078356564379163099075877009565129882514886557779369047442380624545832820n,
};

it("signs the bytes that the DSSE protocol's example signs", () => {
  const bytes = signedBytes(example.payloadType, example.payload);
  expect(Buffer.from(bytes).toString()).toBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  const coordinate = (value: bigint) => Buffer.from(value.toString(16).padStart(64, "0"), "hex").toString("base64url");
  const key = createPublicKey({
    key: { kty: "EC", crv: "P-256", x: coordinate(example.x), y: coordinate(example.y) },
    format: "jwk",
  });
  expect(verify("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }, example.sig)).toBe(true);
});

it("is read only as it was written", () => {
  const text = serializeEnvelope({ ...example, signatures: [{ keyid: "one", sig: example.sig }] });
  expect(parseEnvelope(text)?.payload).toEqual(example.payload);
  expect(parseEnvelope(text.replace("  ", " "))).toBeUndefined();
  expect(parseEnvelope(`${text} `)).toBeUndefined();
  // The last character before the padding has two bits that decoding drops.
  expect(parseEnvelope(text.replace("aGVsbG8gd29ybGQ=", "aGVsbG8gd29ybGR="))).toBeUndefined();
  expect(parseEnvelope("no JSON")).toBeUndefined();
  expect(parseEnvelope("{}")).toBeUndefined();
});
