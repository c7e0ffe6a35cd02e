import * as pulumi from "@pulumi/pulumi";
import type { DatabaseAccess } from "./neon-database.ts";

/** What other services may know of a store: the id (KV, D1, queue) and the name Cloudflare knows it by. */
export interface StoreOutputs {
  id: pulumi.Output<string>;
  name: pulumi.Output<string>;
}

/** What other services may know of a database. */
export interface DatabaseOutputs {
  projectId: pulumi.Output<string>;
  branchId: pulumi.Output<string>;
  host: pulumi.Output<string>;
  port: pulumi.Output<number>;
  databaseName: pulumi.Output<string>;
  owner: DatabaseAccess;
  runtime: DatabaseAccess;
  /** What whoever uses it has to wait for. */
  ready: pulumi.Resource[];
}

/** Scripts, stores and databases of one program by their key, whichever is made first. Reading one makes the reader depend on what published it. */
export class OutputRegistry {
  readonly #stores = new Map<string, PromiseWithResolvers<StoreOutputs>>();
  readonly #scripts = new Map<string, PromiseWithResolvers<pulumi.Output<string>>>();
  readonly #databases = new Map<string, PromiseWithResolvers<DatabaseOutputs>>();
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

  /** `key` is the instance that declares it and its name, e.g. `chittyfinance/finance`. */
  publishDatabase(key: string, outputs: DatabaseOutputs): void {
    this.#publish(this.#databases, key, outputs);
  }

  /** One output of a database, once what belongs to it is there. */
  database<Value>(key: string, pick: (outputs: DatabaseOutputs) => pulumi.Output<Value>): pulumi.Output<Value> {
    const { promise } = entry(this.#databases, key);
    return pulumi.output(promise.then(pick)) as pulumi.Output<Value>;
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
    const missing = [...this.#stores, ...this.#scripts, ...this.#databases].filter(
      ([, wanted]) => !this.#published.has(wanted),
    );
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
