import { randomUUID } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { z } from "zod";
import { type DeploymentReport, deployment, deploymentReport } from "../../../contracts/ops-deployments.ts";
import { chittyopsHome, localPath } from "../../../local/engine/home.ts";
import { writeWhole } from "../../../local/engine/write-whole.ts";
import { changeSummary } from "../../engine/change-summary.ts";
import { type StackTarget, stackName } from "../../engine/stack-target.ts";
import type { UpdateLog } from "../../engine/update-log.ts";
import { lastRelease } from "../../policies/release-record.ts";
import type { ProgramVersion } from "../../review/provenance.ts";
import { UserError } from "../../user-error.ts";
import { jsonOf } from "../json-of.ts";

/** The part of the plane's client that is needed here. */
interface Receiver {
  /** @throws UserError when it is not taken */
  send<T>(method: "POST", path: string, body: unknown, schema: z.ZodType<T>, idempotencyKey: string): Promise<T>;
}

/** The newest that wait; a plane that is away for longer hears no more than these. */
const kept = 200;

const folderOf = (environment: StackTarget["environment"]): string =>
  environment === "local" ? localPath("deployments") : join(chittyopsHome(), "deployments", environment);

/** Notes that an update has ended, for the operations plane. It waits in a file of the home until the plane has taken it. */
export async function noteDeployment(
  target: StackTarget,
  ended: {
    command: string;
    startedAt: number;
    outcome: DeploymentReport["outcome"];
    logs: readonly UpdateLog[];
    version: ProgramVersion;
  },
): Promise<void> {
  const { commit, modified } = ended.version;
  const release = lastRelease(target);
  const startedAt = new Date(ended.startedAt).toISOString();
  const { counts } = changeSummary(ended.logs);
  const report: DeploymentReport = {
    id: randomUUID(),
    startedAt,
    finishedAt: new Date().toISOString(),
    stack: stackName(target),
    family: target.family,
    command: ended.command,
    by: process.env.GITHUB_ACTOR || userName(),
    commit: commit === "none" ? "unknown" : `${commit}${modified ? "-dirty" : ""}`,
    // Only what the rules said of this very update is evidence of it.
    ...(release?.evidence !== undefined && release.at >= startedAt && { policyEvidence: release.evidence }),
    outcome: ended.outcome,
    changes: {
      created: counts.create ?? 0,
      updated: counts.update ?? 0,
      deleted: counts.delete ?? 0,
    },
  };
  const file = `${report.finishedAt.replaceAll(":", "")}-${report.id}.json`;
  await writeWhole(join(folderOf(target.environment), file), JSON.stringify(report));
}

/** Whether anything waits for the plane of an environment. */
export async function reportsWait(environment: StackTarget["environment"]): Promise<boolean> {
  return (await waiting(environment)).length > 0;
}

/**
 * Hands everything that waits to the plane, the oldest first. What it has taken is removed; the rest waits for the next time.
 * @returns what is wrong, in words; nothing where the plane has everything
 */
export async function sendDeployments(
  plane: Receiver,
  environment: StackTarget["environment"],
): Promise<string | undefined> {
  const folder = folderOf(environment);
  const files = await waiting(environment);
  for (const file of files.slice(0, -kept)) await rm(join(folder, file), { force: true });
  for (const file of files.slice(-kept)) {
    const path = join(folder, file);
    const report = deploymentReport.safeParse(jsonOf(await readFile(path, "utf8").catch(() => "")));
    if (report.success) {
      try {
        await plane.send("POST", "/api/v1/deployments", report.data, deployment, report.data.id);
      } catch (error) {
        if (error instanceof UserError) return error.message;
        throw error;
      }
    }
    await rm(path, { force: true });
  }
  return undefined;
}

async function waiting(environment: StackTarget["environment"]): Promise<string[]> {
  const files = await readdir(folderOf(environment)).catch(() => []);
  return files.filter((file) => file.endsWith(".json")).sort();
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}
