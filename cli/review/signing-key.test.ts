import { generateKeyPairSync, sign } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { keyIdOf, signatureHolds } from "../../policies/evidence/seal/verify-folder.ts";
import { commandSigner, localKeyFiles, localSigner, readPublicKey } from "./signing-key.ts";

const folder = () => mkdtempSync(join(tmpdir(), "chittyops-signer-"));
const bytes = Buffer.from("what is signed");

describe("the key of this machine", () => {
  it("is made once, for its owner only, and its public half verifies what it signs", async () => {
    const home = folder();
    const first = localSigner(home);
    expect(localSigner(home).keyId).toBe(first.keyId);
    expect(statSync(localKeyFiles(home).privateKey).mode & 0o777).toBe(0o600);
    const handedOut = readPublicKey(localKeyFiles(home).publicKey);
    expect(keyIdOf(handedOut)).toBe(first.keyId);
    expect(signatureHolds(handedOut, bytes, await first.sign(bytes))).toBe(true);
    expect(signatureHolds(handedOut, Buffer.from("other"), await first.sign(bytes))).toBe(false);
  });

  it("is refused when others can read it", () => {
    const home = folder();
    localSigner(home);
    chmodSync(localKeyFiles(home).privateKey, 0o644);
    expect(() => localSigner(home)).toThrow(/can be read by others/);
  });
});

describe("a key that a command signs with", () => {
  /** A program that stands for a KMS: it signs stdin with the key in a file. */
  function kms(type: "ed25519" | "ec", program = signing): { command: string[]; publicKey: string; place: string } {
    const place = folder();
    const { publicKey, privateKey } =
      type === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("ec", { namedCurve: "P-256" });
    writeFileSync(join(place, "private.pem"), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    writeFileSync(join(place, "public.pem"), publicKey.export({ type: "spki", format: "pem" }));
    writeFileSync(join(place, "kms.mjs"), program);
    return {
      command: [process.execPath, join(place, "kms.mjs"), join(place, "private.pem")],
      publicKey: "public.pem",
      place,
    };
  }
  const signing = `
import { createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
const key = createPrivateKey(readFileSync(process.argv[2]));
console.log(sign(key.asymmetricKeyType === "ed25519" ? null : "sha256", readFileSync(0), key).toString("base64"));
`;

  it.each(["ed25519", "ec"] as const)("signs with %s", async (type) => {
    const { place, ...configuration } = kms(type);
    const signer = commandSigner(configuration, place);
    const signature = await signer.sign(bytes);
    expect(signatureHolds(readPublicKey(join(place, "public.pem")), bytes, signature)).toBe(true);
  });

  it("is refused when it signs with another key", async () => {
    const { place, ...configuration } = kms("ed25519");
    const other = generateKeyPairSync("ed25519");
    writeFileSync(join(place, "public.pem"), other.publicKey.export({ type: "spki", format: "pem" }));
    await expect(commandSigner(configuration, place).sign(bytes)).rejects.toThrow(/does not hold with public.pem/);
    // It is the key that is wrong, not the way.
    expect(sign(null, bytes, readFileSync(join(place, "private.pem")))).toHaveLength(64);
  });

  it.each([
    ["fails", "process.exit(7)", /ended with 7/],
    ["prints something else", "console.log('not base64!')", /printed no signature/],
    ["prints nothing", "", /printed no signature/],
  ])("is refused when it %s", async (_, program, message) => {
    const { place, ...configuration } = kms("ed25519", program);
    await expect(commandSigner(configuration, place).sign(bytes)).rejects.toThrow(message);
  });

  it("is refused when there is no such command, or no public key", async () => {
    const { place, ...configuration } = kms("ed25519");
    const missing = { ...configuration, command: [join(place, "nothing-here")] };
    await expect(commandSigner(missing, place).sign(bytes)).rejects.toThrow(/ENOENT/);
    expect(() => commandSigner({ ...configuration, publicKey: "private.txt" }, place)).toThrow(/is no public key/);
  });
});
