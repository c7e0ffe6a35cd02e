import { sign, verify } from "node:crypto";
import { Decrypter, Encrypter } from "age-encryption";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSigningKey, readVerificationKey } from "../../database/backup/backup-keys.ts";
import { backupKeysFromSeed } from "./backup-keys-from-seed.ts";

const seeds = fc.string({ minLength: 32, maxLength: 80 });

describe("the keys of backups", () => {
  it("fit together, whatever the seed", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const keys = await backupKeysFromSeed(seed);
        const encrypter = new Encrypter();
        encrypter.addRecipient(keys.recipient);
        const decrypter = new Decrypter();
        decrypter.addIdentity(keys.identity);
        expect(await decrypter.decrypt(await encrypter.encrypt("rows"), "text")).toBe("rows");
        const signature = sign(null, Buffer.from("manifest"), readSigningKey(keys.signingKey));
        expect(verify(null, Buffer.from("manifest"), readVerificationKey(keys.verificationKey), signature)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it("are the same from the same seed, others from another, and hold nothing of it", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, seeds, async (one, other) => {
        const keys = await backupKeysFromSeed(one);
        expect(await backupKeysFromSeed(one)).toEqual(keys);
        expect(JSON.stringify(keys)).not.toContain(one);
        if (one === other) return;
        const others = await backupKeysFromSeed(other);
        for (const name of ["identity", "recipient", "signingKey", "verificationKey"] as const)
          expect(others[name]).not.toBe(keys[name]);
      }),
      { numRuns: 20 },
    );
  });

  // Whoever changes the derivation makes every backup unreadable that was made before.
  it("are those of every earlier version", async () => {
    const { recipient, verificationKey } = await backupKeysFromSeed("0123456789abcdef0123456789abcdef");
    expect({ recipient, verificationKey }).toEqual({
      recipient: "age1xqjqdh0vh7aexkpjxykrnt2skxtyyv4j6wqmgt0lp5eq5envaf8q4fa2z9",
      verificationKey: "MCowBQYDK2VwAyEAl1Tpa7H3OUNnMlVtMz5gU4re0_tDOjoQ8MTUMEO7luQ",
    });
  });
});
