import type { ClientBase } from "pg";
import type { PushPlan, PushStatement } from "./plan-push.ts";

/** A push that would lose data nobody named, or that cannot do all it was asked to. Nothing was changed. */
export class PushRefused extends Error {
  /** Names of what would be lost and was not named. */
  readonly losses: readonly string[];
  /** What no statement can settle. */
  readonly unsupported: readonly string[];

  constructor(losses: readonly string[], unsupported: readonly string[]) {
    const problems = [
      ...losses.map((name) => `${name} would be lost; name it if that is meant`),
      ...unsupported.map((problem) => `${problem}; write a migration for it`),
    ];
    super(`The schema was not changed: ${problems.join("; ")}.`);
    this.name = "PushRefused";
    this.losses = losses;
    this.unsupported = unsupported;
  }
}

/**
 * Runs a plan: new enum values first, each committed, then everything else in one transaction.
 * @param mayLose names, as `PushStatement.loses` has them, of what may be lost
 * @throws {PushRefused} before anything is changed
 * @throws {Error} whatever Postgres says, with the statement; only enum values may have been added by then
 */
export async function applyPush(
  client: Pick<ClientBase, "query">,
  plan: PushPlan,
  mayLose: readonly string[] = [],
): Promise<void> {
  const losses = plan.statements.flatMap(({ loses }) =>
    loses !== undefined && !mayLose.includes(loses) ? [loses] : [],
  );
  if (losses.length > 0 || plan.unsupported.length > 0) throw new PushRefused([...new Set(losses)], plan.unsupported);
  for (const statement of plan.statements.filter(({ commit }) => commit)) await run(client, statement);
  await client.query("begin");
  try {
    for (const statement of plan.statements.filter(({ commit }) => !commit)) await run(client, statement);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

async function run(client: Pick<ClientBase, "query">, { sql }: PushStatement): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`${said}, at: ${sql}`, { cause: error });
  }
}
