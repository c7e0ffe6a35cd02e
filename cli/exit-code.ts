/** What the process says to scripts. `interrupted` is the shell's convention for Ctrl-C (128 + SIGINT). */
export const exitCode = { ok: 0, failed: 1, usage: 2, drift: 3, interrupted: 130 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
