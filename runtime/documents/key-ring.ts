import type { webcrypto } from "node:crypto";
import { z } from "zod";
import { formatVersion } from "./document-context.ts";
import { DocumentError } from "./document-error.ts";

const secrets = z
  .record(z.string().regex(/^[1-9][0-9]{0,6}$/), z.string().min(32))
  .refine((versions) => Object.keys(versions).length > 0);

/** The root secret of a child in its versions. Keys derived from it are kept for as long as the isolate lives. */
export class KeyRing {
  readonly #roots: ReadonlyMap<number, string>;
  readonly #caseKeys = new Map<string, Promise<webcrypto.CryptoKey>>();

  /**
   * @param text the secret `ROOT_KEY`: a JSON object of version to secret
   * @throws Error that says what is wrong with it, and nothing of it
   */
  constructor(text: string) {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Its message would quote the secret.
    }
    const checked = secrets.safeParse(parsed);
    if (!checked.success) {
      throw new Error(
        'ROOT_KEY is not what was expected: a JSON object of version to secret, e.g. {"1":"<32 random characters or more>"}. Bind it so.',
      );
    }
    this.#roots = new Map(Object.entries(checked.data).map(([version, secret]) => [Number(version), secret]));
  }

  get versions(): number[] {
    return [...this.#roots.keys()];
  }

  /**
   * The key-encryption key of a case: HKDF-SHA-256 (RFC 5869) of the root secret of that version, for AES-256-GCM.
   * @throws DocumentError `unknown-key-version`
   */
  caseKey(version: number, { tenant, case: docket }: { tenant: string; case: string }): Promise<webcrypto.CryptoKey> {
    const root = this.#root(version);
    const info = JSON.stringify(["chittyops-case-key", formatVersion, tenant, docket, version]);
    const known = this.#caseKeys.get(info) ?? derive(root, info);
    this.#caseKeys.set(info, known);
    return known;
  }

  /**
   * 32 bytes for another purpose, which tell nothing of any other key.
   * @throws DocumentError `unknown-key-version`
   */
  async secretFor(purpose: string, version: number): Promise<Uint8Array<ArrayBuffer>> {
    const material = await materialOf(this.#root(version), "deriveBits");
    return new Uint8Array(await crypto.subtle.deriveBits(hkdf(JSON.stringify([purpose, version])), material, 256));
  }

  #root(version: number): string {
    const root = this.#roots.get(version);
    if (root === undefined) {
      const versions = [...this.#roots.keys()].join(", ");
      throw new DocumentError(
        "unknown-key-version",
        `There is no root key of version ${version}; ROOT_KEY has ${versions}. Put the version back until every case is rewrapped.`,
      );
    }
    return root;
  }
}

async function derive(root: string, info: string): Promise<webcrypto.CryptoKey> {
  const material = await materialOf(root, "deriveKey");
  return crypto.subtle.deriveKey(hkdf(info), material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function materialOf(root: string, usage: "deriveKey" | "deriveBits"): Promise<webcrypto.CryptoKey> {
  return crypto.subtle.importKey("raw", new TextEncoder().encode(root), "HKDF", false, [usage]);
}

function hkdf(info: string) {
  return { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: new TextEncoder().encode(info) };
}
