import { collection } from "../collection.ts";

/** A key that the embedded cloud signs with, kept so that what it signed stays good over a restart. */
export interface SigningKeyRecord {
  purpose: "assets";
  /** Base64url. */
  key: string;
}

export const signingKeys = collection({
  kind: "signing-key",
  scope: (_: SigningKeyRecord) => "",
  id: (record) => record.purpose,
});
