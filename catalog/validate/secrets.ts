import type { SecretSpec } from "../schema/secret.ts";
import type { ServiceSpec } from "../schema/service.ts";
import type { Candidate, Report } from "./candidate.ts";

/** Bindings that take a secret, with the name of the secret. */
function users(spec: ServiceSpec): { name: string; secret: string }[] {
  return (spec.bindings ?? []).flatMap((binding) =>
    binding.kind === "secret" || binding.kind === "secrets-store"
      ? [{ name: binding.name, secret: binding.secret ?? binding.name }]
      : [],
  );
}

/** Reports what does not fit together between a service's secrets and its bindings. */
export function checkSecrets({ spec, whole }: Pick<Candidate, "spec" | "whole">, report: Report): void {
  const declared = new Set<string>();
  for (const { name } of spec.secrets ?? []) {
    if (declared.has(name))
      report(`secrets.${name}`, `two secrets called ${name}`, "one secret for each name", "Remove one of them.");
    declared.add(name);
  }
  const bound = new Map<string, string>();
  for (const { name, secret } of users(spec)) {
    const other = bound.get(secret);
    if (!declared.has(secret) && whole) {
      report(
        `bindings.${name}`,
        `the secret ${secret}, which the service does not declare`,
        "a declared secret",
        `Add secrets: [{ name: "${secret}", source: "provided" }], or where else it comes from.`,
      );
    }
    if (other !== undefined && other !== name) {
      report(
        `bindings.${name}`,
        `the secret ${secret} a second time, beside ${other}`,
        "one name for one secret",
        "Keep one of the two names.",
      );
    }
    bound.set(secret, name);
  }
  for (const { name } of spec.secrets ?? []) {
    if (!bound.has(name) && whole) {
      report(
        `secrets.${name}`,
        "a secret that nothing binds",
        "a binding that takes it",
        `Add { kind: "secret", name: "${name}" } to bindings, or remove it.`,
      );
    }
  }
  checkSameSource(spec, report);
}

/** One database's connection string under two names. */
function checkSameSource(spec: ServiceSpec, report: Report): void {
  const names = new Map<string, string>();
  for (const secret of spec.secrets ?? []) {
    if (secret.source !== "output") continue;
    const source = `${secret.owner ?? spec.name}/${secret.database}`;
    const other = names.get(source);
    if (other !== undefined) {
      report(
        `secrets.${secret.name}`,
        `the connection string of ${source} again, beside ${other}`,
        "one name for one secret",
        "Keep one of the two names.",
      );
    }
    names.set(source, secret.name);
  }
}

/** What is left of a name when the ways to write ChittyOS's own prefixes are taken away. */
function essence(name: string): string {
  return name
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "")
    .replace(/CHITTY(OS)?/g, "");
}

const isShared = (secret: SecretSpec) => "shared" in secret && secret.shared === true;

function terms(secret: SecretSpec): string {
  const { source } = secret;
  return JSON.stringify([
    source,
    isShared(secret),
    "length" in secret ? secret.length : undefined,
    "rotateEvery" in secret ? secret.rotateEvery : undefined,
  ]);
}

/** Reports secrets that several services know: under several names, or on different terms. */
export function checkSecretsAcross(
  candidates: readonly Candidate[],
  reportFor: (candidate: Candidate) => Report,
): void {
  const firstOf = new Map<string, { service: string; secret: SecretSpec }>();
  for (const candidate of candidates) {
    const { spec } = candidate;
    for (const secret of spec.secrets ?? []) {
      const isKnownElsewhere = secret.source === "provided" || isShared(secret);
      const key = `${spec.family}/${essence(secret.name)}`;
      const first = firstOf.get(key);
      if (secret.source === "output") continue;
      if (!first) {
        if (isKnownElsewhere) firstOf.set(key, { service: spec.name, secret });
        continue;
      }
      const report = reportFor(candidate);
      const path = `secrets.${secret.name}`;
      if (first.secret.name !== secret.name) {
        if (!isKnownElsewhere) continue;
        report(
          path,
          `${secret.name}, which ${first.service} calls ${first.secret.name}`,
          "one name for one secret",
          `Call it ${first.secret.name}.`,
        );
      } else if (first.service === spec.name) continue;
      else if (secret.source === "provided" && !isShared(secret) && !isShared(first.secret)) {
        report(
          path,
          `a secret that ${first.service} is given too`,
          "shared: true in both, or two names",
          "Add shared: true to both, if it is the same value.",
        );
      } else if (terms(secret) !== terms(first.secret)) {
        report(
          path,
          `other terms than in ${first.service}`,
          "the same source, length, rotation and shared",
          "Make the two declarations equal.",
        );
      }
    }
    for (const { name, secret } of users(spec)) {
      const declared = spec.secrets?.find((other) => other.name === secret);
      if (declared && isShared(declared) && name !== secret) {
        reportFor(candidate)(
          `bindings.${name}`,
          `the shared secret ${secret} under the name ${name}`,
          "one name for one secret",
          `Call the binding ${secret}.`,
        );
      }
    }
  }
}
