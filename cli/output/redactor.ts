/** Shortest value worth hiding: anything shorter would blank out ordinary words. */
const shortestSecret = 8;

/**
 * Replaces known secret values in whatever is printed. The engine and the embedded cloud hide secrets themselves; this is the last door.
 * Known are the values of `CHITTYOPS_SECRET_*`, of tokens and passphrases in the environment, and whatever `learn` is given.
 */
export class Redactor {
  readonly #secrets = new Set<string>();

  constructor(environment: NodeJS.ProcessEnv) {
    for (const [name, value] of Object.entries(environment)) {
      if (value && isSecretName(name)) this.learn(value);
    }
  }

  learn(secret: string): void {
    if (secret.length >= shortestSecret) this.#secrets.add(secret);
  }

  redact(text: string): string {
    let redacted = text;
    for (const secret of this.#secrets) redacted = redacted.replaceAll(secret, "[secret]");
    return redacted;
  }
}

function isSecretName(name: string): boolean {
  return (
    name.startsWith("CHITTYOPS_SECRET_") ||
    /^(CLOUDFLARE_API_TOKEN|CLOUDFLARE_API_KEY|PULUMI_CONFIG_PASSPHRASE|PULUMI_ACCESS_TOKEN|NEON_API_KEY)$/.test(name)
  );
}
