import type { Endpoint } from "@neondatabase/api-client";
import { NeonFailure } from "../../providers/neon/api/failure.ts";
import { branchesOf, projectsLike } from "../../providers/neon/paging.ts";
import type { Clouds } from "../cloud/clouds.ts";
import { type Found, type Inputs, type NaturalName, text } from "./natural-name.ts";

const signal = new AbortController().signal;

/** Neon's resources, of which each has one name in its project or branch. Their plugin makes no second one where a name is taken. */
export const neonCreatedByPost: Readonly<Record<string, NaturalName>> = {
  "neon:index:Project": neonName("project", async ({ neon }, inputs) => {
    const found: Found[] = [];
    const orgId = text(inputs, "orgId");
    for await (const project of projectsLike(neon, text(inputs, "name"), orgId === "" ? undefined : orgId, signal)) {
      if (project.name === inputs.name) found.push(foundAs(project.id, project));
    }
    return found;
  }),
  "neon:index:Branch": neonName("branch", async ({ neon }, inputs) => {
    const found: Found[] = [];
    for await (const { branch } of branchesOf(neon, text(inputs, "projectId"), signal)) {
      if (branch.name === inputs.name) found.push(foundAs(branch.id, branch));
    }
    return found;
  }),
  "neon:index:Endpoint": neonName("endpoint", async ({ neon }, inputs) => {
    const { endpoints } = await neon.call("listProjectEndpoints", [text(inputs, "projectId")], signal);
    return endpoints.filter((endpoint) => isSame(endpoint, inputs)).map((endpoint) => foundAs(endpoint.id, endpoint));
  }),
  "neon:index:Role": neonName("role", async ({ neon }, inputs) => {
    const [projectId, branchId] = placeOf(inputs);
    const { roles } = await neon.call("listProjectBranchRoles", [projectId, branchId], signal);
    const same = roles.filter(({ name }) => name === inputs.name);
    return same.map((role) => foundAs(`${projectId}/${branchId}/${role.name}`, role));
  }),
  "neon:index:Database": neonName("database", async ({ neon }, inputs) => {
    const [projectId, branchId] = placeOf(inputs);
    const { databases } = await neon.call("listProjectBranchDatabases", [projectId, branchId], signal);
    const same = databases.filter(({ name }) => name === inputs.name);
    return same.map((database) => foundAs(`${projectId}/${branchId}/${database.id}`, database));
  }),
};

function neonName(kind: string, find: (clouds: Clouds, inputs: Inputs) => Promise<Found[]>): NaturalName {
  return {
    label: (inputs) => `Neon ${kind} ${text(inputs, "name")}`,
    unique: true,
    recreate: false,
    async find(clouds, inputs) {
      try {
        return await find(clouds, inputs);
      } catch (error) {
        // What it belongs to does not exist.
        if (error instanceof NeonFailure && error.status === 404) return [];
        throw error;
      }
    },
  };
}

function foundAs(id: string, { created_at }: { created_at: string }): Found {
  return { id, createdAt: Date.parse(created_at) };
}

function placeOf(inputs: Inputs): [projectId: string, branchId: string] {
  return [text(inputs, "projectId"), text(inputs, "branchId")];
}

/** A branch has one endpoint for writing; those for reading are told apart by their names, if they have any. */
function isSame({ branch_id, type, name }: Endpoint, inputs: Inputs): boolean {
  return branch_id === inputs.branchId && type === inputs.type && (name ?? "") === text(inputs, "name");
}
