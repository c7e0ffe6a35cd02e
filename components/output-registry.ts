import * as pulumi from "@pulumi/pulumi";

/** What other services may know of a store: the id (KV, D1, queue) and the name Cloudflare knows it by. */
export interface StoreOutputs {
  id: pulumi.Output<string>;
  name: pulumi.Output<string>;
}

/** Scripts and stores of one program by their key, whichever is made first. Reading one makes the reader depend on what published it. */
export class OutputRegistry {
  readonly #stores = new Map<string, PromiseWithResolvers<StoreOutputs>>();
  readonly #scripts = new Map<string, PromiseWithResolvers<pulumi.Output<string>>>();
  readonly #published = new Set<unknown>();

  /** `key` as in the catalog, e.g. `chittyfinance/kv/cache`. */
  publishStore(key: string, outputs: StoreOutputs): void {
    this.#publish(this.#stores, key, outputs);
  }

  publishScript(scriptName: string, name: pulumi.Output<string>): void {
    this.#publish(this.#scripts, scriptName, name);
  }

  store(key: string): StoreOutputs {
    const { promise } = entry(this.#stores, key);
    return { id: pulumi.output(promise.then(({ id }) => id)), name: pulumi.output(promise.then(({ name }) => name)) };
  }

  /** The script's name, once something answers to it. */
  script(scriptName: string): pulumi.Output<string> {
    return pulumi.output(entry(this.#scripts, scriptName).promise);
  }

  /**
   * To be called when everything is made: a key that nobody published would leave its readers waiting for ever.
   * @throws Error that names all of them.
   */
  close(): void {
    const missing = [...this.#stores, ...this.#scripts].filter(([, wanted]) => !this.#published.has(wanted));
    if (missing.length === 0) return;
    throw new Error(`bound, and made by no service of this stack: ${missing.map(([key]) => key).join(", ")}`);
  }

  #publish<T>(wanted: Map<string, PromiseWithResolvers<T>>, key: string, value: T): void {
    const found = entry(wanted, key);
    if (this.#published.has(found)) throw new Error(`published twice: ${key}`);
    this.#published.add(found);
    found.resolve(value);
  }
}

function entry<T>(wanted: Map<string, PromiseWithResolvers<T>>, key: string): PromiseWithResolvers<T> {
  const found = wanted.get(key) ?? Promise.withResolvers<T>();
  wanted.set(key, found);
  return found;
}
