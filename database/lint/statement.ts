import type { Node } from "libpg-query";
import type { SourceText } from "./source-text.ts";

/** One statement of a migration, also one inside a DO block. */
export interface Statement {
  node: Node;
  source: SourceText;
  /** Byte offsets in the source, without the semicolon. */
  start: number;
  end: number;
  line: number;
  text: string;
  /** Statements with the same number share a transaction; without one it commits by itself. */
  transaction: number | undefined;
  /** The schema of names that name none. */
  schema: string;
}
