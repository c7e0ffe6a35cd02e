import type { Command } from "commander";
import { environments } from "../../../catalog/index.ts";
import { rollbackSeconds } from "../../../components/worker/rollback-seconds.ts";
import { connectionTo } from "../../../database/migrations/connection.ts";
import { describeEvent } from "../../../database/migrations/describe-event.ts";
import { type MigrateResult, migrate } from "../../../database/migrations/migrate.ts";
import type { ContractAllowed } from "../../../database/migrations/plan.ts";
import { MigrationsRefused } from "../../../database/migrations/problem.ts";
import { requireSafe } from "../../../database/require-safe.ts";
import { type Review, reviewMigrations } from "../../../database/review-migrations.ts";
import { contractAllowed } from "../../../providers/neon/contract-allowed.ts";
import type { Databases, DeployedDatabase } from "../../database/open-databases.ts";
import { migrationsFolder } from "../../database/schemas.ts";
import { exitCode } from "../../exit-code.ts";
import { flag, yesOption } from "../../options.ts";
import { confirm } from "../../output/confirm.ts";
import type { Session } from "../../session.ts";
import { UserError } from "../../user-error.ts";
import { databaseHelp, defineDbCommand, optionalDatabase } from "./define-db-command.ts";

export function migrateCommand(): Command {
  return defineDbCommand({
    name: "migrate",
    summary: "Apply pending migrations, after showing what each does",
    description:
      "Shows what is pending and what is dangerous about it, and applies it; `up` does the same before it deploys a service. Contract migrations, which take away what an old version of the service still uses, wait for --contract. --plan only shows, and ends with 3 when something is pending.",
    examples: [
      ["npx chittyops db migrate finance -e dev --plan", "what is pending, and what the linter says of it"],
      ["npx chittyops db migrate finance -e dev --contract", "also what waited for the old version to be gone"],
    ],
    configure: (command) =>
      yesOption(
        command
          .argument(optionalDatabase, databaseHelp)
          .option("--plan", "only show what would be done")
          .option("--contract", "apply contract migrations too"),
      ),
    async action(session, databases, options, [name]) {
      const chosen = migratable(databases, name);
      const results: ({ database: string } & Outcome)[] = [];
      for (const database of chosen) {
        const one = await migrateOne(session, databases, database, {
          onlyPlan: flag(options, "plan"),
          contract: flag(options, "contract"),
          yes: flag(options, "yes"),
        });
        results.push({ database: database.key, ...one });
      }
      session.console.result(results, () => results.map(shown).join("\n"));
      const isPending = flag(options, "plan") && results.some(({ pending }) => pending.length > 0);
      return isPending ? exitCode.drift : exitCode.ok;
    },
  });
}

interface Migratable extends DeployedDatabase {
  folder: string;
}

/** @throws UserError where the one that is named migrates by itself */
export function migratable(databases: Databases, name: string | undefined): Migratable[] {
  const chosen = databases.chosen(name);
  const found = chosen.flatMap((database) => {
    const folder = migrationsFolder(database);
    return folder === undefined ? [] : [{ ...database, folder }];
  });
  if (name === undefined || found.length > 0) return found;
  throw new UserError(`${chosen[0]?.key} has no folder of migrations in the catalog: its service migrates by itself.`, {
    remedy: `name a folder in the catalog: databases: [{ name, migrations: "…" }]`,
    exitCode: exitCode.usage,
  });
}

interface Outcome extends MigrateResult {
  pending: readonly { name: string; does: string }[];
  findings: Review["findings"];
}

async function migrateOne(
  session: Session,
  databases: Databases,
  database: Migratable,
  { onlyPlan, contract, yes }: { onlyPlan: boolean; contract: boolean; yes: boolean },
): Promise<Outcome> {
  const { console, signal } = session;
  const connection = connectionTo(database.outputs.ownerUri);
  const { folder } = database;
  const phase = contract ? "contract" : "expand";
  const allowed: ContractAllowed = contract ? { ok: true } : { ok: false, why: "it waits for --contract" };
  const review = await reviewMigrations({ folder, phase, contractAllowed: allowed, connection, signal });
  if (review.problems.length > 0) throw new MigrationsRefused(review.problems);
  for (const line of reviewLines(database.key, review)) console.note(line);
  const outcome = { pending: review.run.map(({ name, does }) => ({ name, does })), findings: review.findings };
  const held = review.held.map(({ name, why }) => ({ name, why }));
  if (onlyPlan || review.run.length === 0) return { ...outcome, applied: [], held };
  requireSafe(review);
  const contracts = review.run.filter((one) => one.phase === "contract").map(({ name }) => name);
  if (contracts.length > 0) await confirmContract(session, databases, database, contracts, yes);
  const progress = console.phase(`Migrating ${database.key}`);
  const result = await migrate({
    connection,
    folder,
    phase,
    contractAllowed: allowed,
    signal,
    onProgress: (event) => {
      const line = describeEvent(event);
      if (line !== undefined) progress.update(line);
    },
  });
  progress.done(`${result.applied.length} applied`);
  return { ...outcome, ...result };
}

/** Asks, where an old version of the service may still use what these migrations take away. */
async function confirmContract(
  { console, signal }: Session,
  { environment, backups, cloudflare }: Databases,
  { key, service }: DeployedDatabase,
  names: readonly string[],
  yes: boolean,
): Promise<void> {
  const scriptName = service.worker?.scriptName;
  const allowed: ContractAllowed =
    scriptName === undefined
      ? { ok: false, why: `${service.name} runs elsewhere, and nothing here says which versions of it are live` }
      : await contractAllowed(
          {
            accountId: backups().accountId,
            scriptName,
            rollbackSeconds: rollbackSeconds[environments[environment].cloud],
          },
          signal,
          cloudflare,
        );
  if (allowed.ok) return;
  const consequence = `${names.join(", ")} take away what an old version of ${service.name} may still use, and are held: ${allowed.why}.`;
  await confirm(console, { consequence, word: key, yes });
}

function reviewLines(key: string, { run, held, findings }: Review): string[] {
  return [
    ...run.map(({ name, phase, does }) => `${key}: ${name} (${phase}) ${does}`),
    ...held.map(({ name, does, why }) => `${key}: ${name} ${does}; held: ${why}`),
    ...findings.map(({ severity, file, line, message, rule }) => `${severity} ${file}:${line}: ${message} (${rule})`),
  ];
}

function shown({ database, pending, applied, held }: Outcome & { database: string }): string {
  const done = applied.length > 0 ? `applied ${applied.map(({ name }) => name).join(", ")}` : undefined;
  const left = pending.length - applied.length;
  const open = left > 0 ? `${left} pending` : undefined;
  const waiting = held.length > 0 ? `held: ${held.map(({ name, why }) => `${name} (${why})`).join(", ")}` : undefined;
  return `${database}: ${[done, open, waiting].filter(Boolean).join("; ") || "nothing to apply"}`;
}
