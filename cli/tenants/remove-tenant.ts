import { z } from "zod";
import type { TenantRecord } from "../../catalog/index.ts";
import { deploy } from "../engine/deploy.ts";
import type { ReadyStack } from "../engine/ready-stack.ts";
import { stackName, tenantTarget } from "../engine/stack-target.ts";
import { exportState } from "../engine/state.ts";
import { runUpdate, type UpdateOutcome, updateFailed } from "../engine/update.ts";
import { shortType } from "../engine/urn.ts";
import { withStack } from "../engine/with-stack.ts";
import { settleInterrupted } from "../recovery/recover.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";
import type { TenantGround } from "./deploy-tenant.ts";
import { bucketOf, exportTenant, type TenantExport } from "./export-tenant.ts";
import { releaseOf, tenantInput } from "./tenant-stack.ts";
import { verifyExport } from "./written-export.ts";

export interface Removal {
  /** Where the export goes. */
  folder: string;
  /** Records that the tenant is gone and where its data is; from then on only the deletion is left to do. */
  exported: (made: TenantExport) => Promise<void>;
}

/**
 * Takes a tenant out of service, exports what it stored, checks the export and only then deletes everything. Where it was exported and
 * recorded so before, what is left is deleted.
 * @throws UserError before anything is deleted, where the export is not whole
 */
export async function removeTenant(
  session: Session,
  record: TenantRecord,
  { environment, ground, program }: TenantGround,
  { folder, exported }: Removal,
): Promise<void> {
  const target = tenantTarget(record.id, environment);
  // Suspended, so that nothing is written any more, and without the protection of what holds data.
  const leaving: TenantRecord = { ...record, status: "deprovisioned" };
  const input = tenantInput(leaving, releaseOf(leaving, program));
  const options = { command: "tenant remove", yes: true, target, ground, ...input };
  return withStack(session, options, async (ready, run) => {
    if (record.status !== "deprovisioned") {
      await deploy(session, ready, run, `Taking ${record.id} out of service`);
      const made = await exportTenant(session, record, ready, folder);
      const broken = await verifyExport(folder, made.manifest);
      if (broken.length > 0) {
        throw new UserError(`The export of ${record.id} is not whole, and nothing was deleted.`, {
          details: broken,
          remedy: "make room on the disk and run the same command again",
        });
      }
      await exported(made);
    } else await settleInterrupted(session, ready, { since: run.previous, force: run.interrupted || run.restored });
    run.begin();
    let outcome = await deleteAll(session, ready);
    // Logs of the last requests may have come while it was being emptied.
    if (outcome.error && !outcome.error.signal && !session.signal.aborted) outcome = await deleteAll(session, ready);
    if (outcome.error?.signal === undefined && !session.signal.aborted) run.finish();
    session.signal.throwIfAborted();
    if (outcome.error) {
      throw updateFailed(outcome, `Deleting ${stackName(target)}`, "put right what is named above and run it again");
    }
  });
}

async function deleteAll(session: Session, ready: ReadyStack): Promise<UpdateOutcome> {
  await emptyBuckets(session, ready);
  const phase = session.console.phase(`Deleting ${stackName(ready.target)}`);
  const outcome = await runUpdate(ready, "destroy", phase);
  if (outcome.error) phase.failed(outcome.log.summary);
  else phase.done(outcome.log.summary);
  return outcome;
}

/** A bucket that holds something cannot be deleted. */
async function emptyBuckets(session: Session, ready: ReadyStack): Promise<void> {
  const { deployment } = await exportState(ready);
  for (const { type, inputs } of deployment.resources ?? []) {
    if (shortType(type) !== "R2Bucket") continue;
    const bucket = bucketOf(ready, bucketInputs.parse(inputs));
    for (const { path } of await bucket.list("", session.signal)) await bucket.remove(path);
  }
}

const bucketInputs = z
  .object({ accountId: z.string(), name: z.string() })
  .transform(({ accountId, name }) => ({ accountId, bucket: name }));
