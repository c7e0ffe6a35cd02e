import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { physicalName, type ResolvedEstate, type ResolvedSecret, type ResolvedService } from "../../catalog/index.ts";
import type { InputProblem } from "../../components/input-problems.ts";
import type { OutputRegistry } from "../../components/output-registry.ts";
import { missingSecrets, SecretSet } from "../../components/secret-set.ts";
import { databasePassword } from "../../components/worker/databases.ts";
import type { CoreConfig } from "./config.ts";

/** Callers of a shell show it to have the shell's bindings tried; one for the stack. */
export const shellToken: ResolvedSecret = {
  key: "chittyops/SHELL_TOKEN",
  name: "SHELL_TOKEN",
  shared: true,
  source: "generated",
  length: 48,
};

/** What the keys of the database backups are derived from: whoever has it can open and make backups of this environment. */
export const backupSeed: ResolvedSecret = {
  key: "chittyops/BACKUP_SEED",
  name: "BACKUP_SEED",
  shared: true,
  source: "generated",
  length: 64,
};

/** What a service shows to its databases. Letters and digits: some clients decode a URI twice. */
function databasePasswords({ instance, databases }: ResolvedService): ResolvedSecret[] {
  return databases.map(({ name }) => ({
    key: databasePassword(`${instance}/${name}`),
    name: "DATABASE_PASSWORD",
    shared: false,
    source: "generated",
    length: 48,
  }));
}

/** Every secret of the estate once, sorted by key. */
export function secretsOf({ services }: ResolvedEstate): ResolvedSecret[] {
  const byKey = new Map(services.flatMap(({ secrets }) => secrets).map((secret) => [secret.key, secret]));
  return [...byKey.values(), ...services.flatMap(databasePasswords), backupSeed, shellToken].sort((a, b) =>
    a.key < b.key ? -1 : 1,
  );
}

/** What is wrong with the secrets of this run: provided ones that are not there, and epochs of secrets that do not exist. */
export function secretProblems({ environment }: ResolvedEstate, secrets: ResolvedSecret[], config: CoreConfig) {
  const known = new Set(secrets.map(({ key }) => key));
  const unknown: InputProblem[] = Object.keys(config.secretEpochs)
    .filter((key) => !known.has(key))
    .map((key) => ({
      propertyPath: `chittyops:secretEpochs["${key}"]`,
      found: "an epoch of a secret that no service declares",
      expected: "the key of a secret, e.g. chittyfinance/JWT_SECRET",
      remedy: "correct the key, or take it out",
    }));
  const mayBeAbsent = environment.cloud === "embedded" || config.offline;
  return [...unknown, ...(mayBeAbsent ? [] : missingSecrets(secrets))];
}

export function secretSet(
  { environment, services }: ResolvedEstate,
  secrets: ResolvedSecret[],
  { accountId, offline, secretEpochs, secretsStoreId }: CoreConfig,
  registry: OutputRegistry,
  opts: ComponentResourceOptions,
): SecretSet {
  const entries = services
    .flatMap(({ bindings }) => bindings)
    .flatMap((binding) =>
      binding.kind === "secrets-store"
        ? [[binding.entry, { entry: binding.entry, secret: binding.secret }] as const]
        : [],
    );
  return new SecretSet(
    "secrets",
    {
      tenant: "shared",
      app: "chittyops",
      environment: environment.name,
      dataClass: "credential",
      secrets,
      entries: [...new Map(entries).values()].sort((a, b) => (a.entry < b.entry ? -1 : 1)),
      epochs: secretEpochs,
      accountId,
      storeName: physicalName("chittyops", "secrets", environment.name),
      ...(secretsStoreId !== undefined && { storeId: secretsStoreId }),
      whenNotProvided: environment.cloud === "embedded" ? "derive" : offline ? "dummy" : "refuse",
    },
    ({ database, databaseOwner, role }) =>
      registry.database(`${databaseOwner}/${database}`, (outputs) => outputs[role].pooledUri),
    opts,
  );
}
