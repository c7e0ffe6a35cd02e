/** https://developers.cloudflare.com/secrets-store/integrations/workers/ */
class SecretsStoreSecret {
  #settings;
  constructor(settings) {
    this.#settings = settings;
  }
  async get() {
    const { name, value } = this.#settings;
    if (value === undefined) throw new Error(`Secret "${name}" not found`);
    return value;
  }
}

export default function secret({ settings }) {
  return new SecretsStoreSecret(settings);
}
