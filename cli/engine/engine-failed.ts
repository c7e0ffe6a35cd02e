/** An engine process that did not exit 0. What it means for the user is decided by who started it. */
export class EngineFailed extends Error {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code, or -1 when a signal ended it. */
  readonly code: number;
  readonly signal: NodeJS.Signals | undefined;

  constructor(
    args: readonly string[],
    result: { stdout: string; stderr: string; code: number },
    signal?: NodeJS.Signals,
  ) {
    const how = signal ? `was ended by ${signal}` : `exited with ${result.code}`;
    super(`pulumi ${args[0]} ${how}\n${result.stderr.trim()}`.trim());
    this.name = "EngineFailed";
    this.stdout = result.stdout;
    this.stderr = result.stderr;
    this.code = result.code;
    this.signal = signal;
  }
}
