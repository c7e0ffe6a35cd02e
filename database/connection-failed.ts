export type ConnectionFailure =
  | "malformed-uri"
  | "unknown-host"
  | "refused"
  | "timeout"
  | "tls-refused"
  | "tls-required"
  | "certificate"
  | "channel-binding"
  | "wrong-password"
  | "no-password"
  | "unknown-database"
  | "not-allowed"
  | "too-many-connections"
  | "quota"
  | "waking"
  | "lost"
  | "aborted"
  | "other";

const passing: readonly ConnectionFailure[] = [
  "unknown-host",
  "refused",
  "timeout",
  "too-many-connections",
  "waking",
  "lost",
];

/** A connection that could not be opened, and what to do about it. Never holds the URI or the password. */
export class ConnectionFailed extends Error {
  override name = "ConnectionFailed";
  readonly reason: ConnectionFailure;
  readonly found: string;
  readonly expected: string | undefined;
  readonly remedy: string;
  constructor(reason: ConnectionFailure, found: string, { expected, remedy }: { expected?: string; remedy: string }) {
    super([found, ...(expected === undefined ? [] : [`Expected: ${expected}`]), remedy].join("\n"));
    this.reason = reason;
    this.found = found;
    this.expected = expected;
    this.remedy = remedy;
  }
  /** Whether trying again may help: the server was not reached, starts up or is full. */
  get transient(): boolean {
    return passing.includes(this.reason);
  }
}
