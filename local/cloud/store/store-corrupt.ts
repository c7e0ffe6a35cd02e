/** The store on disk cannot be trusted: not a database, damaged pages, another schema version, or a document that does not parse. */
export class StoreCorrupt extends Error {
  override readonly name = "StoreCorrupt";
  readonly file: string;
  readonly found: string;

  constructor(file: string, found: string, cause?: unknown) {
    super(
      `The embedded cloud's store cannot be read.\n  found:    ${found}\n  expected: a store of this version at ${file}\n` +
        "  remedy:   chittyops local reset (keeps a copy of the old store beside it)",
      { cause },
    );
    this.file = file;
    this.found = found;
  }
}
