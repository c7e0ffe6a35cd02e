import type { webcrypto } from "node:crypto";
import { z } from "zod";
import { childKeyMessage } from "../../../contracts/child-key.ts";
import type { ChildName } from "../../../contracts/ops-sync.ts";

const key = z.string().min(32);
/** By family and epoch: several of a family while its children change over to a new one. */
const familyKeys = z.record(z.string(), z.record(z.string().regex(/^\d+$/), key));
type FamilyKeys = z.infer<typeof familyKeys>;

const encoder = new TextEncoder();
const hmac = { name: "HMAC", hash: "SHA-256" };
const importedKeys = new Map<string, webcrypto.CryptoKey>();
let known: { text: string; keys: FamilyKeys } | undefined;

/**
 * The key of a child at an epoch: the same as its stack derived, so that nobody looks one up. Undefined: the family has no key of the epoch.
 * @param text the secret `FAMILY_KEYS`
 * @throws Error without the value: the plane was deployed wrongly
 */
export async function childKey(
  text: string,
  { family, child }: ChildName,
  epoch: string,
): Promise<Uint8Array | undefined> {
  if (known?.text !== text) {
    known = { text, keys: parse(text) };
    importedKeys.clear();
  }
  const keys = Object.hasOwn(known.keys, family) ? known.keys[family] : undefined;
  const enrolmentKey = keys?.[epoch];
  if (enrolmentKey === undefined) return undefined;
  const message = encoder.encode(childKeyMessage(child, Number(epoch)));
  const derived = await crypto.subtle.sign("HMAC", await imported(enrolmentKey), message);
  return encoder.encode(Buffer.from(derived).toString("hex"));
}

/** A family has few keys, and each tick asks for one. */
async function imported(enrolmentKey: string): Promise<webcrypto.CryptoKey> {
  const key =
    importedKeys.get(enrolmentKey) ??
    (await crypto.subtle.importKey("raw", encoder.encode(enrolmentKey), hmac, false, ["sign"]));
  importedKeys.set(enrolmentKey, key);
  return key;
}

function parse(text: string): FamilyKeys {
  try {
    return familyKeys.parse(JSON.parse(text));
  } catch {
    throw new Error("FAMILY_KEYS is not JSON of family to enrolment key by epoch. Deploy the plane again.");
  }
}
