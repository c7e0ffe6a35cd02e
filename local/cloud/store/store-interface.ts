import type { DesiredState } from "../types.ts";
import type { Collection } from "./collection.ts";

/** Everything the embedded cloud knows, durable as soon as a call returns (or, inside `transaction`, as soon as that returns). */
export interface Store {
  readonly directory: string;
  /** Runs `work` atomically: all of its writes or none. Synchronous, so nothing else can come between. Transactions nest into one. */
  transaction<T>(work: () => T): T;
  get<R extends object>(collection: Collection<R>, scope: string, id: string): R | undefined;
  byName<R extends object>(collection: Collection<R>, scope: string, name: string): R | undefined;
  /** The record of that id in whichever scope; ids that the API makes are unique everywhere. */
  find<R extends object>(collection: Collection<R>, id: string): R | undefined;
  /** Records of one scope in order of creation; all scopes when none is given. */
  list<R extends object>(collection: Collection<R>, scope?: string): R[];
  /** Inserts, or replaces the record of the same scope and id. */
  put<R extends object>(collection: Collection<R>, record: R): void;
  /** False when there was none. */
  remove<R extends object>(collection: Collection<R>, scope: string, id: string): boolean;
  /** Keeps bytes under their sha256 (hexadecimal), which is returned. */
  putBlob(content: Uint8Array): string;
  blob(hash: string): Uint8Array;
  /** Forgets the blobs that `keep` does not name. */
  sweepBlobs(keep: ReadonlySet<string>): void;
  desiredState(): DesiredState;
  close(): void;
}
