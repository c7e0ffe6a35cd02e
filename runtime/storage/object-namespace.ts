/** How a Worker reaches its own Durable Objects: by name, and each call is one to another machine. */
export interface ObjectNamespace<T> {
  getByName(name: string): Remote<T>;
}

/** Its methods as they are called from elsewhere. */
export type Remote<T> = {
  [K in keyof T]: T[K] extends (...given: infer A) => infer R ? (...given: A) => Promise<Awaited<R>> : never;
};
