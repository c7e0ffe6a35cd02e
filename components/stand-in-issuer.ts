import { createECDH, createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Labels } from "./labels.ts";

/** Stands in for the issuer of Access tokens in `local`, where nobody signs in for real: an ES256 key that is made of a random seed. */
export class StandInIssuer extends pulumi.ComponentResource {
  readonly issuer = "https://access.chitty.localhost";
  /** JSON Web Key Set that an app verifies tokens with. */
  declare readonly publicKeys: pulumi.Output<{ keys: { kty: string; kid: string }[] }>;
  /** Secret: JSON Web Key, to sign a token with that an app takes. */
  declare readonly privateKey: pulumi.Output<string>;

  constructor(name: string, args: Labels, opts?: pulumi.ComponentResourceOptions) {
    super("chittyops:index:StandInIssuer", name, args, opts);
    const seed = new random.RandomPassword(`${name}-seed`, { length: 64, special: false }, { parent: this });
    const pair = pulumi.secret(seed.result).apply(keyPair);
    this.publicKeys = pulumi.unsecret(pair.apply(({ publicKey }) => ({ keys: [publicKey] })));
    this.privateKey = pulumi.secret(pair.apply(({ privateKey }) => JSON.stringify(privateKey)));
    this.registerOutputs({ publicKeys: this.publicKeys });
  }
}

function keyPair(seed: string) {
  const ecdh = createECDH("prime256v1");
  // A hash is no valid scalar in one of 2^32 cases; then this throws, and another seed is needed.
  const scalar = createHash("sha256").update(seed).digest();
  ecdh.setPrivateKey(scalar);
  const point = ecdh.getPublicKey();
  const publicKey = {
    kty: "EC",
    crv: "P-256",
    alg: "ES256",
    kid: createHash("sha256").update(point).digest("hex").slice(0, 16),
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  };
  return { publicKey, privateKey: { ...publicKey, d: scalar.toString("base64url") } };
}
