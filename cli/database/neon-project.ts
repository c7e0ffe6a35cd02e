import type { Branch, Endpoint, Operation } from "@neondatabase/api-client";
import type { EndpointChange } from "../../database/tune/finding.ts";
import type { Api } from "../../providers/neon/api/api.ts";
import { createOnce } from "../../providers/neon/api/create-once.ts";
import { NeonFailure } from "../../providers/neon/api/failure.ts";
import { settle, settleAll } from "../../providers/neon/api/operations.ts";
import { branchesOf } from "../../providers/neon/paging.ts";
import { exitCode } from "../exit-code.ts";
import { UserError } from "../user-error.ts";

interface NewBranch {
  name: string;
  /** Of the parent; absent: the default branch. */
  parentId?: string | undefined;
  /** The parent's data as of then, ISO 8601; absent: now. */
  at?: string | undefined;
  /** When it ends by itself, ISO 8601. */
  expiresAt?: string | undefined;
  schemaOnly?: boolean | undefined;
}

/** One database's project at Neon. Every change waits until its operations are over, and happens once, also where an answer is lost. */
export interface NeonProject {
  readonly id: string;
  branches(): Promise<Branch[]>;
  /** By name or id. @throws UserError (usage) that lists what there is */
  branch(name: string): Promise<Branch>;
  /** With an endpoint of its own. */
  create(branch: NewBranch): Promise<Branch>;
  remove(branch: Pick<Branch, "id">): Promise<void>;
  /** Gives a branch the data of another one; what it had stays under `keepAs`. Its endpoint, and so its connection URIs, stay. */
  replaceData(branch: Branch, source: Branch, keepAs: string | undefined): Promise<void>;
  /** Whether it cannot be deleted or reset, and has children with passwords of their own. */
  protect(branch: Pick<Branch, "id">, isProtected: boolean): Promise<void>;
  /** What its databases hold, without history. */
  bytes(branchId: string): Promise<number | undefined>;
  endpointOf(branchId: string): Promise<Endpoint | undefined>;
  /** Makes the branch one that can be connected to; a branch that was kept aside has no compute. */
  ensureEndpoint(branchId: string): Promise<void>;
  updateEndpoint(endpointId: string, change: EndpointChange): Promise<void>;
  /** How often the computes of a branch were started, as far back as Neon's list of operations was read. */
  starts(branchId: string): Promise<{ since: string; count: number }>;
  /** Secret; without the pooler. */
  uri(of: { branchId: string; database: string; role: string }): Promise<string>;
}

const operationsRead = 1000;

/** What puts things back is done also after Ctrl-C; it may not take for ever. */
const cleanUpMs = 120_000;

export function neonProject(api: Api, id: string, signal: AbortSignal): NeonProject {
  const isThere = async (name: string) => (await project.branches()).some((branch) => branch.name === name);

  /** Sends what may not happen twice: after a lost answer, what it has made is looked for before it is sent again. */
  const once = async (
    what: string,
    post: () => Promise<{ operations: Operation[] }>,
    happened: () => Promise<boolean>,
  ): Promise<void> => {
    const { operations } = await createOnce<{ operations?: Operation[] }>(
      api,
      { what, taken: async () => undefined, post, made: async () => ((await happened()) ? {} : undefined) },
      signal,
    );
    if (operations) await settle(api, operations, signal);
    else await settleAll(api, id, signal);
  };

  const project: NeonProject = {
    id,
    async branches() {
      const found: Branch[] = [];
      for await (const { branch } of branchesOf(api, id, signal)) found.push(branch);
      return found;
    },
    async branch(name) {
      const all = await project.branches();
      const found = all.find((branch) => branch.name === name || branch.id === name);
      if (found) return found;
      throw new UserError(`There is no branch ${JSON.stringify(name)}.`, {
        expected: `one of ${all.map((branch) => branch.name).join(", ")}`,
        exitCode: exitCode.usage,
      });
    },
    async create({ name, parentId, at, expiresAt, schemaOnly }) {
      if (await isThere(name)) {
        throw new UserError(`There is a branch ${JSON.stringify(name)} already.`, {
          remedy: "choose another name, or delete it",
          exitCode: exitCode.usage,
        });
      }
      const request = {
        branch: {
          name,
          ...(parentId !== undefined && { parent_id: parentId }),
          ...(at !== undefined && { parent_timestamp: at }),
          ...(expiresAt !== undefined && { expires_at: expiresAt }),
          ...(schemaOnly && { init_source: "schema-only" }),
        },
        endpoints: [{ type: "read_write" as Endpoint["type"] }],
      };
      await once(
        `branch ${name}`,
        () => api.post("createProjectBranch", [id, request], signal),
        () => isThere(name),
      );
      return project.branch(name);
    },
    async remove({ id: branchId }) {
      const untilThen = AbortSignal.timeout(cleanUpMs);
      try {
        const answer = await api.call("deleteProjectBranch", [{ projectId: id, branchId }], untilThen);
        await settle(api, answer?.operations ?? [], untilThen);
      } catch (error) {
        if (!(error instanceof NeonFailure) || error.status !== 404) throw error;
      }
    },
    async replaceData(branch, source, keepAs) {
      const request = {
        source_branch_id: source.id,
        ...(keepAs !== undefined && { preserve_under_name: keepAs }),
      };
      await once(
        `restore of ${branch.name}`,
        () => api.post("restoreProjectBranch", [id, branch.id, request], signal),
        // Without a name to keep it under, a second time does no harm.
        async () => keepAs !== undefined && (await isThere(keepAs)),
      );
    },
    async protect({ id: branchId }, isProtected) {
      const change = { branch: { protected: isProtected } };
      const untilThen = AbortSignal.timeout(cleanUpMs);
      const { operations } = await api.call("updateProjectBranch", [id, branchId, change], untilThen);
      await settle(api, operations, untilThen);
    },
    async bytes(branchId) {
      return (await api.call("getProjectBranch", [id, branchId], signal)).branch.logical_size;
    },
    async endpointOf(branchId) {
      const { endpoints } = await api.call("listProjectBranchEndpoints", [id, branchId], signal);
      return endpoints.find(({ type }) => String(type) === "read_write");
    },
    async ensureEndpoint(branchId) {
      if (await project.endpointOf(branchId)) return;
      const request = { endpoint: { branch_id: branchId, type: "read_write" as Endpoint["type"] } };
      await once(
        `endpoint of ${branchId}`,
        () => api.post("createProjectEndpoint", [id, request], signal),
        async () => (await project.endpointOf(branchId)) !== undefined,
      );
    },
    async updateEndpoint(endpointId, change) {
      const { operations } = await api.call("updateProjectEndpoint", [id, endpointId, { endpoint: change }], signal);
      await settle(api, operations, signal);
    },
    async starts(branchId) {
      const { operations } = await api.call(
        "listProjectOperations",
        [{ projectId: id, limit: operationsRead }],
        signal,
      );
      const since = operations.at(-1)?.created_at ?? new Date().toISOString();
      const count = operations.filter(
        (one) => String(one.action) === "start_compute" && one.branch_id === branchId,
      ).length;
      return { since, count };
    },
    async uri({ branchId, database, role }) {
      const query = { projectId: id, branch_id: branchId, database_name: database, role_name: role, pooled: false };
      return (await api.call("getConnectionUri", [query], signal)).uri;
    },
  };
  return project;
}
