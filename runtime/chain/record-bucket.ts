/** The part of an R2 bucket that records are kept with. */
export interface RecordBucket {
  /** null: there is such an object already. */
  put(key: string, value: string, options: { onlyIf: { etagDoesNotMatch: "*" } }): Promise<object | null>;
  get(key: string): Promise<{ text(): Promise<string> } | null>;
}
