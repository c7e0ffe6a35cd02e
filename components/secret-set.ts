import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ResolvedSecret } from "../catalog/index.ts";
import * as cloudflare from "./cloudflare.ts";
import type { InputProblem } from "./input-problems.ts";
import type { Labels } from "./labels.ts";

export interface SecretSetArgs extends Labels {
  /** Each secret once, by `key`. */
  secrets: readonly ResolvedSecret[];
  /** Secrets that live in the account's Secrets Store, `entry` being their name there. */
  entries: readonly { entry: string; secret: string }[];
  /** Key of a secret to its epoch, a whole number; raising it makes a new value. Default 1. Example: `{ "chittyfinance/JWT_SECRET": 2 }` */
  epochs: Readonly<Record<string, number>>;
  accountId: string;
  /** Name of the Secrets Store that is made when there are entries and no `storeId`. */
  storeName: string;
  /** An account has one Secrets Store: the id of the one another stack made. */
  storeId?: string;
  /**
   * What becomes of a provided secret whose variable is not set: `refuse` reports it, `derive` takes a value made from one random seed (an
   * embedded cloud talks to nobody outside), `dummy` takes a marked text that is good for a preview only.
   */
  whenNotProvided: "refuse" | "derive" | "dummy";
}

/** Where the value of a secret comes from that another resource has. */
export type OutputOf = (secret: Extract<ResolvedSecret, { source: "output" }>) => pulumi.Output<string>;

/** What a preview without credentials shows in place of a provided secret. */
const offlineDummy = (variable: string): string => `offline preview: ${variable} is not set`;

/**
 * The secrets of a stack: where each value comes from, and where it is kept. Values leave it only as secret outputs, asked for by key.
 */
export class SecretSet extends pulumi.ComponentResource {
  /** Keys of the secrets that are there, sorted. Never their values. */
  declare readonly keys: pulumi.Output<string[]>;
  #seed: pulumi.Output<string> | undefined;
  readonly #values = new Map<string, pulumi.Output<string>>();
  readonly #entries = new Map<string, { storeId: pulumi.Output<string>; secretName: pulumi.Output<string> }>();

  /** `outputOf` gives a secret whose source is an output; it is called for each of them. */
  constructor(name: string, args: SecretSetArgs, outputOf: OutputOf, opts?: pulumi.ComponentResourceOptions) {
    super("chittyops:index:SecretSet", name, args, opts);
    for (const secret of args.secrets) {
      const value = this.#make(name, secret, args, outputOf);
      if (value !== undefined) this.#values.set(secret.key, value);
    }
    this.#keep(name, args);
    this.keys = pulumi.output([...this.#values.keys()].sort());
    this.registerOutputs({ keys: this.keys });
  }

  /** The value, always secret. */
  value(key: string): pulumi.Output<string> {
    const found = this.#values.get(key);
    if (found === undefined) throw new Error(`${key} is not a secret of this set, or was not provided`);
    return found;
  }

  /** Where a Worker finds a secret of the account's Secrets Store. */
  entry(entry: string): { storeId: pulumi.Output<string>; secretName: pulumi.Output<string> } {
    const found = this.#entries.get(entry);
    if (found === undefined) throw new Error(`${entry} is not an entry of the Secrets Store`);
    return found;
  }

  #make(
    name: string,
    secret: ResolvedSecret,
    args: SecretSetArgs,
    outputOf: OutputOf,
  ): pulumi.Output<string> | undefined {
    if (secret.source === "output") return pulumi.secret(outputOf(secret));
    if (secret.source === "generated") return this.#generate(name, secret.key, secret.length, args);
    const provided = process.env[secret.variable];
    if (provided) return pulumi.secret(provided);
    if (args.whenNotProvided === "dummy") return pulumi.secret(offlineDummy(secret.variable));
    if (args.whenNotProvided === "refuse") return undefined;
    return this.#derive(name, secret.key, args);
  }

  /** One random resource for all of them: each more makes every step of an update slower. */
  #derive(name: string, key: string, { epochs }: SecretSetArgs): pulumi.Output<string> {
    this.#seed ??= new random.RandomPassword(`${name}-seed`, { length: 64, special: false }, { parent: this }).result;
    const message = `${key}:${epochs[key] ?? 1}`;
    return pulumi.secret(this.#seed.apply((seed) => createHmac("sha256", seed).update(message).digest("base64url")));
  }

  #generate(name: string, key: string, length: number, { epochs }: SecretSetArgs): pulumi.Output<string> {
    const epoch = String(epochs[key] ?? 1);
    const password = new random.RandomPassword(
      `${name}-${key}`,
      { length, special: false, keepers: { epoch } },
      { parent: this },
    );
    return pulumi.secret(password.result);
  }

  #keep(name: string, args: SecretSetArgs): void {
    if (args.entries.length === 0) return;
    const { accountId } = args;
    const storeId =
      args.storeId === undefined
        ? new cloudflare.SecretsStore(`${name}-store`, { accountId, name: args.storeName }, { parent: this }).id
        : pulumi.output(args.storeId);
    for (const { entry, secret } of args.entries) {
      const value = this.#values.get(secret);
      if (value === undefined) continue;
      const kept = new cloudflare.SecretsStoreSecret(
        `${name}-${entry}`,
        { accountId, storeId, name: entry, value, scopes: ["workers"] },
        { parent: this, additionalSecretOutputs: ["value"] },
      );
      this.#entries.set(entry, { storeId, secretName: kept.name });
    }
  }
}

/** Every provided secret whose variable is not set, as a problem of the stack's input. */
export function missingSecrets(secrets: readonly ResolvedSecret[]): InputProblem[] {
  return secrets.flatMap((secret) =>
    secret.source === "provided" && !process.env[secret.variable]
      ? [
          {
            propertyPath: `secrets["${secret.key}"]`,
            found: `no ${secret.variable} in the environment`,
            expected: "the secret's value",
            remedy: `export ${secret.variable}=…, or preview with CHITTYOPS_OFFLINE=1`,
          },
        ]
      : [],
  );
}
