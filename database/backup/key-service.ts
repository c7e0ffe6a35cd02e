import { type Identity, type Recipient, Stanza } from "age-encryption";

/** A KMS: it encrypts a small key without ever giving away its own. Each file of a backup asks it once. */
export interface KeyService {
  /** Names the service and its key, without spaces, e.g. `aws:alias/backups`; it is written into each file in plain. */
  readonly name: string;
  wrap(key: Uint8Array): Promise<Uint8Array>;
  /** @returns the key that was wrapped. @throws where the service refuses, or wrapped something else. */
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}

// A kind of recipient of our own, as https://age-encryption.org/v1 asks for: a domain and a name.
const kind = "chittyops.com/key-service";

export function keyServiceRecipient(service: KeyService): Recipient {
  return { wrapFileKey: async (key) => [new Stanza([kind, service.name], await service.wrap(key))] };
}

export function keyServiceIdentity(service: KeyService): Identity {
  return {
    async unwrapFileKey(stanzas) {
      const ours = stanzas.find(({ args }) => args[0] === kind && args[1] === service.name);
      return ours ? await service.unwrap(ours.body) : null;
    },
  };
}
