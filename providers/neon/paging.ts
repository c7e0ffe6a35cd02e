import type { Branch, ProjectListItem } from "@neondatabase/api-client";
import type { Api } from "./api/api.ts";

const pageSize = 100;

/** Projects whose name or id has this text in it. */
export async function* projectsLike(
  api: Api,
  search: string,
  orgId: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<ProjectListItem> {
  const query = { search, limit: pageSize, ...(orgId === undefined ? {} : { org_id: orgId }) };
  let cursor: string | undefined;
  for (;;) {
    const page = await api.call("listProjects", [{ ...query, ...(cursor === undefined ? {} : { cursor }) }], signal);
    yield* page.projects;
    const next = page.pagination?.cursor;
    // The cursor is the last project's id: the last page may repeat it.
    if (page.projects.length < pageSize || next === undefined || next === cursor) return;
    cursor = next;
  }
}

/** A branch with what is noted on it. */
export interface AnnotatedBranch {
  readonly branch: Branch;
  readonly annotation: Readonly<Record<string, string>>;
}

/** All branches of a project. */
export async function* branchesOf(api: Api, projectId: string, signal: AbortSignal): AsyncGenerator<AnnotatedBranch> {
  let cursor: string | undefined;
  for (;;) {
    const query = { projectId, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) };
    const page = await api.call("listProjectBranches", [query], signal);
    const notes = Object.values(page.annotations ?? {});
    for (const branch of page.branches) {
      yield { branch, annotation: notes.find(({ object }) => object.id === branch.id)?.value ?? {} };
    }
    cursor = page.pagination?.next;
    if (cursor === undefined || page.branches.length === 0) return;
  }
}
