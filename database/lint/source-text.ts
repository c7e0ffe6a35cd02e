import { type ScanToken, scanSync } from "libpg-query";

const comments = new Set(["SQL_COMMENT", "C_COMMENT"]);

/** SQL text addressed as the parser does: by byte offsets in UTF-8. */
export class SourceText {
  readonly #bytes: Buffer;
  readonly #firstLine: number;
  #tokens: ScanToken[] | undefined;

  /** @param firstLine line of the migration on which this text begins */
  constructor(text: string, firstLine = 1) {
    this.#bytes = Buffer.from(text);
    this.#firstLine = firstLine;
  }

  get length(): number {
    return this.#bytes.length;
  }

  slice(start: number, end: number): string {
    return this.#bytes.subarray(start, end).toString();
  }

  lineAt(offset: number): number {
    let line = this.#firstLine;
    for (let at = this.#bytes.indexOf(10); at !== -1 && at < offset; at = this.#bytes.indexOf(10, at + 1)) line++;
    return line;
  }

  /** The tokens within a range, comments left out. */
  tokens(start: number, end: number): ScanToken[] {
    this.#tokens ??= scanSync(this.#bytes.toString()).tokens.filter((token) => !comments.has(token.tokenName));
    return this.#tokens.filter((token) => token.start >= start && token.end <= end);
  }
}
