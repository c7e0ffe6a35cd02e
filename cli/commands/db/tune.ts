import type { Command } from "commander";
import { withConnection } from "../../../database/connect.ts";
import { readActivity } from "../../../database/tune/activity/read-activity.ts";
import { type Applied, applyTuning } from "../../../database/tune/apply-tuning.ts";
import { findTuning, type TuningReport } from "../../../database/tune/find-tuning.ts";
import type { Finding } from "../../../database/tune/finding.ts";
import type { DeployedDatabase } from "../../database/open-databases.ts";
import { exitCode } from "../../exit-code.ts";
import { flag, yesOption } from "../../options.ts";
import { confirm } from "../../output/confirm.ts";
import type { Console } from "../../output/console.ts";
import type { Session } from "../../session.ts";
import { databaseHelp, defineDbCommand, optionalDatabase } from "./define-db-command.ts";

export function tuneCommand(): Command {
  return defineDbCommand({
    name: "tune",
    summary: "Say what of a database could be better, from what it has been doing",
    description:
      "Reads what a database has been doing and says what could be better, with the figures and the risk: size and sleep of the compute, connections and pooling, missing and unused indexes, bloat. --apply does what changes no schema: indexes and columns belong in a migration, whose text is shown.",
    examples: [
      ["npx chittyops db tune finance -e prod", "what, why and how; changes nothing"],
      ["npx chittyops db tune finance -e prod --apply", "asks first"],
    ],
    configure: (command) =>
      yesOption(
        command.argument(optionalDatabase, databaseHelp).option("--apply", "do it, as far as it changes no schema"),
      ),
    async action(session, databases, options, [name]) {
      const { console } = session;
      const chosen = databases.chosen(name);
      const results: Tuned[] = [];
      for (const database of chosen) {
        const report = await look(session, database);
        results.push({ key: database.key, ...report });
        if (!flag(options, "apply")) continue;
        const applicable = report.findings.filter(isApplicable);
        if (applicable.length === 0) continue;
        console.note(applicable.map((finding) => shownFinding(console, finding)).join("\n"));
        const consequence = `This changes ${database.key} in ${databases.environment} as shown.`;
        await confirm(console, { consequence, word: database.key, yes: flag(options, "yes") });
        results.push({ key: database.key, ...report, applied: await apply(session, database, applicable) });
      }
      const last = [...new Map(results.map((one) => [one.key, one])).values()];
      console.result(last, () => last.map((one) => shown(console, one)).join("\n\n"));
      return last.some(({ applied = [] }) => applied.some(({ state }) => state === "failed"))
        ? exitCode.failed
        : exitCode.ok;
    },
  });
}

interface Tuned extends TuningReport {
  key: string;
  applied?: Applied[];
}

async function look({ console, signal }: Session, database: DeployedDatabase): Promise<TuningReport> {
  const { neon, outputs } = database;
  const step = console.phase(`Looking at ${database.key}`);
  const endpoint = await neon.endpointOf(outputs.branchId);
  const activity = await withConnection(outputs.ownerUri, { applicationName: "chittyops tune", signal }, readActivity);
  const report = findTuning(
    activity,
    endpoint && {
      minCu: endpoint.autoscaling_limit_min_cu,
      maxCu: endpoint.autoscaling_limit_max_cu,
      suspendSeconds: endpoint.suspend_timeout_seconds,
      // Services get the pooled URI, or Hyperdrive, which pools by itself.
      pooled: true,
      starts: await neon.starts(outputs.branchId),
    },
  );
  step.done(`${report.findings.length} findings`);
  return report;
}

/** Whatever changes the schema belongs in a migration; otherwise the next one finds a drift. */
function isApplicable({ how }: Finding): boolean {
  return how.kind === "endpoint" || (how.kind === "sql" && !how.changesSchema);
}

async function apply(
  { signal }: Session,
  { neon, outputs }: DeployedDatabase,
  findings: readonly Finding[],
): Promise<Applied[]> {
  const endpoint = await neon.endpointOf(outputs.branchId);
  return withConnection(outputs.ownerUri, { applicationName: "chittyops tune", signal }, (client) =>
    applyTuning(findings, {
      sql: (statement) => client.query(statement),
      updateEndpoint: async (change) => {
        if (endpoint) await neon.updateEndpoint(endpoint.id, change);
      },
    }),
  );
}

function shown(console: Console, { key, findings, undecided, applied }: Tuned): string {
  return [
    console.style("bold", key),
    ...(findings.length === 0
      ? ["  nothing to improve that its statistics show"]
      : findings.map((one) => shownFinding(console, one))),
    ...undecided.map(({ what, why }) => `  not decided: ${what}: ${why}`),
    ...(applied ?? []).map(({ id, state, message }) => `  ${state}: ${id}${message ? `: ${message}` : ""}`),
  ].join("\n");
}

function shownFinding(console: Console, { what, why, now, proposed, how, risk }: Finding): string {
  const steps =
    how.kind === "sql"
      ? how.statements
      : how.kind === "manual"
        ? [how.advice]
        : [`endpoint: ${JSON.stringify(how.change)}`];
  const inMigration = how.kind === "sql" && how.changesSchema ? " (in a migration)" : "";
  return [
    `  ${console.style("yellow", "•")} ${what}`,
    `    why: ${why}`,
    `    now: ${now}; proposed: ${proposed}`,
    ...steps.map((step) => `    how${inMigration}: ${step}`),
    `    risk: ${risk}`,
  ].join("\n");
}
