import {
  type NeonBranchRecord,
  type NeonDatabaseRecord,
  type NeonEndpointRecord,
  type NeonOperationRecord,
  type NeonOrganizationRecord,
  type NeonProjectRecord,
  type NeonRoleRecord,
  neonBranches,
  neonDatabases,
  neonEndpoints,
  neonProjects,
  neonRoles,
} from "../store/records/neon.ts";
import { NeonError, notFound } from "./neon-error.ts";
import type { NeonServices } from "./services.ts";
import { shownOperation } from "./shown.ts";

/** What a handler answers; without a body for 204. */
export interface NeonAnswer {
  status: 200 | 201 | 202 | 204;
  body?: object;
}

export type NeonHandler = (call: NeonCall) => NeonAnswer | Promise<NeonAnswer>;

/** The parts of a request, checked against Neon's document: numbers and flags of the query are such. */
interface CheckedRequest {
  parameters: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
}

/** One request to Neon's API by an organisation. What its path names is looked up, and is a 404 when it is not the organisation's. */
export class NeonCall {
  readonly services: NeonServices;
  readonly organization: NeonOrganizationRecord;
  readonly #request: CheckedRequest;

  constructor(services: NeonServices, organization: NeonOrganizationRecord, request: CheckedRequest) {
    this.services = services;
    this.organization = organization;
    this.#request = request;
  }

  /** The time of the embedded cloud in ISO 8601. */
  now(): string {
    return new Date(this.services.clock.now()).toISOString();
  }

  /** The body. It has been checked against the document that `T` was generated from. */
  body<T>(): T {
    return (this.#request.body ?? {}) as T;
  }

  parameter(name: string): string {
    const value = this.#request.parameters[name];
    if (value === undefined) throw new Error(`The route has no parameter ${name}.`);
    return value;
  }

  text(name: string): string | undefined {
    const value = this.#request.query[name];
    return value === undefined ? undefined : String(value);
  }

  number(name: string): number | undefined {
    const value = this.#request.query[name];
    return typeof value === "number" ? value : undefined;
  }

  flag(name: string): boolean {
    return this.#request.query[name] === true;
  }

  /** A list, whether its items are repeated or separated by commas. */
  list(name: string): string[] | undefined {
    const value = this.#request.query[name];
    if (value === undefined) return undefined;
    return (Array.isArray(value) ? value : [value])
      .flatMap((item) => String(item).split(","))
      .filter((item) => item !== "");
  }

  get project(): NeonProjectRecord {
    const project = this.services.store.get(neonProjects, this.organization.id, this.parameter("project_id"));
    if (!project || project.deletedAt !== undefined) throw notFound("project");
    return project;
  }

  /** The branch of the path, or the one named. */
  branch(id = this.parameter("branch_id")): NeonBranchRecord {
    const branch = this.services.store.get(neonBranches, this.project.id, id);
    if (!branch) throw notFound("branch");
    return branch;
  }

  get branches(): NeonBranchRecord[] {
    return this.services.store.list(neonBranches, this.project.id);
  }

  get defaultBranch(): NeonBranchRecord {
    const branch = this.branches.find(({ isDefault }) => isDefault);
    if (!branch) throw notFound("default branch");
    return branch;
  }

  endpoint(id = this.parameter("endpoint_id")): NeonEndpointRecord {
    const endpoint = this.services.store.get(neonEndpoints, this.project.id, id);
    if (!endpoint) throw notFound("endpoint");
    return endpoint;
  }

  endpointsOf(branchId: string): NeonEndpointRecord[] {
    return this.services.store
      .list(neonEndpoints, this.project.id)
      .filter((endpoint) => endpoint.branchId === branchId);
  }

  role(branchId: string, name = this.parameter("role_name")): NeonRoleRecord {
    const role = this.services.store.get(neonRoles, branchId, name);
    if (!role) throw notFound("role");
    return role;
  }

  database(branchId: string, name = this.parameter("database_name")): NeonDatabaseRecord {
    const database = this.services.store.byName(neonDatabases, branchId, name);
    if (!database) throw notFound("database");
    return database;
  }
}

export function ok(body: object, operations?: NeonOperationRecord[]): NeonAnswer {
  return { status: 200, body: operations ? { ...body, operations: operations.map(shownOperation) } : body };
}

export function created(body: object, operations: NeonOperationRecord[]): NeonAnswer {
  return { status: 201, body: { ...body, operations: operations.map(shownOperation) } };
}

/** What the API answers when there is nothing to delete. */
export const nothing: NeonAnswer = { status: 204 };

/** The part of a list after the item that `cursor` names. @throws {NeonError} 400 for a cursor that is none of ours. */
export function after<T extends { id: string }>(items: T[], cursor: string | undefined): T[] {
  if (cursor === undefined || cursor === "") return items;
  const index = items.findIndex(({ id }) => id === cursor);
  if (index < 0) throw new NeonError(400, "invalid cursor");
  return items.slice(index + 1);
}
