import type { BranchRestoreRequest } from "@neondatabase/api-client";
import { dataOf, type NeonBranchRecord, neonBranches } from "../store/records/neon.ts";
import { type NeonCall, ok } from "./call.ts";
import { checkBranches, checkBranchName } from "./create-branch.ts";
import { lsnOf, momentOf } from "./history.ts";
import { neonId } from "./ids.ts";
import { NeonError } from "./neon-error.ts";
import { shownBranch } from "./shown.ts";

/**
 * Gives a branch the data that it, or another one, had at a moment. What it had is kept under another name, if one is given; its
 * children go with that.
 */
export function restoreProjectBranch(call: NeonCall) {
  const { services, organization, project } = call;
  const { store, operations, realTime } = services;
  const asked = call.body<BranchRestoreRequest>();
  const branch = call.branch();
  const source = call.branch(asked.source_branch_id);
  const isSelf = source.id === branch.id;
  const moment = momentOf(services, project, source, { lsn: asked.source_lsn, timestamp: asked.source_timestamp });
  const keepName = asked.preserve_under_name || undefined;
  if (branch.isProtected && !isSelf) throw new NeonError(422, "cannot reset protected branch");
  if (isSelf && moment === undefined)
    throw new NeonError(400, "source_lsn or source_timestamp is required to restore a branch from itself");
  const children = call.branches.filter(({ parentId }) => parentId === branch.id);
  if (keepName === undefined && (isSelf || children.length > 0)) {
    throw new NeonError(
      400,
      `preserve_under_name is required: ${isSelf ? "the branch is restored from itself" : "the branch has children"}`,
    );
  }
  const at = call.now();
  const keep = keepName === undefined ? undefined : { id: neonId("br"), name: keepName };
  const origin = {
    parentId: isSelf ? keep?.id : source.id,
    parentLsn: lsnOf(moment ?? Date.parse(at)),
    parentTimestamp: moment === undefined ? at : new Date(moment).toISOString(),
    lastResetAt: at,
    expiresAt:
      branch.ttlSeconds === undefined ? undefined : new Date(Date.parse(at) + branch.ttlSeconds * 1000).toISOString(),
  };
  const resetting: NeonBranchRecord = { ...branch, state: "resetting", stateChangedAt: at, updatedAt: at };
  const { operations: started } = operations.change(project.id, (start) => {
    if (keep) {
      checkBranches(call, organization);
      checkBranchName(call, keep);
    }
    store.put(neonBranches, resetting);
    const dataId = neonId("br");
    start({
      action: "create_branch",
      branchId: branch.id,
      tasks: [
        {
          do: "create-data",
          dataId,
          from: dataOf(store, source.id),
          ...(moment === undefined ? {} : { at: realTime.of(moment) }),
        },
        {
          do: "exchange-data",
          branchId: branch.id,
          dataId,
          source: source.id,
          moment,
          newPasswords: source.isProtected && !isSelf,
          keep,
          origin,
        },
        { do: "set-passwords", branchId: branch.id },
        { do: "become-ready", branchId: branch.id },
      ],
    });
    for (const { id } of call.endpointsOf(branch.id)) {
      const tasks = [{ do: "configure-endpoint" as const, endpointId: id }];
      start({ action: "apply_config", branchId: branch.id, endpointId: id, tasks });
    }
    if (!keep) {
      const tasks = [{ do: "delete-data" as const, dataId: dataOf(store, branch.id) }];
      start({ action: "delete_timeline", branchId: branch.id, tasks });
    }
  });
  return ok({ branch: shownBranch({ ...resetting, ...origin }) }, started);
}
