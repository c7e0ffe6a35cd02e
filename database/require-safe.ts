import { MigrationError } from "./migrations/problem.ts";
import type { Review } from "./review-migrations.ts";

/** The linter found what must not run as it is. */
class MigrationsDangerous extends MigrationError {
  override name = "MigrationsDangerous";
}

/** @throws MigrationError that names every error of the linter in the pending migrations, with the safe form of each. */
export function requireSafe({ findings }: Review): void {
  const dangers = findings.filter(({ severity }) => severity === "error");
  if (dangers.length === 0) return;
  const lines = dangers.map(
    ({ file, line, rule, message, safe }) =>
      `  ${file}:${line}: ${message} (${rule})\n    safe form:\n${indent(safe, 6)}\n    or accept it in the file: -- chittyops: allow ${rule}: <why it is safe here>`,
  );
  throw new MigrationsDangerous(`The migrations are dangerous and nothing was applied:\n${lines.join("\n")}`);
}

function indent(text: string, by: number): string {
  return text
    .split("\n")
    .map((line) => `${" ".repeat(by)}${line}`)
    .join("\n");
}
