import type { StepResult } from "./connection-report.ts";
import type { RolePrivileges } from "./role-privileges.ts";

/** What a role is for: migrations (`owner`), the running service (`runtime`), or looking (`reader`). */
export type RolePurpose = "owner" | "runtime" | "reader";

/** Whether the rights of a role fit what it is for; without a purpose they are only told. */
export function judgePrivileges(found: RolePrivileges, purpose: RolePurpose | undefined): Omit<StepResult, "step"> {
  const told = describe(found);
  if (purpose === undefined) return { state: "passed", found: told };
  const { wrong, remedies } = purpose === "owner" ? missingOfOwner(found) : tooMuch(found, purpose);
  if (wrong.length === 0) return { state: "passed", found: `${told}: fit for a role of kind ${purpose}` };
  return {
    state: "failed",
    found: `Role ${found.role} is meant as ${purpose}, but it ${wrong.join(", ")} (${told}).`,
    remedy: remedies.join("\n"),
  };
}

function describe({ role, tables, createsIn, superuser, owns }: RolePrivileges): string {
  const counts = (["select", "insert", "update", "delete"] as const).map((right) => `${right} ${tables[right]}`);
  return [
    `${role}${superuser ? ", a superuser," : ""} may of ${tables.total} tables ${counts.join(", ")}, owns ${owns.length}`,
    createsIn.length === 0 ? "creates nothing" : `creates in ${createsIn.join(", ")}`,
  ].join(", ");
}

const name = (text: string) => `"${text.replaceAll('"', '""')}"`;

function missingOfOwner({ createsIn, createsSchemas, role }: RolePrivileges): { wrong: string[]; remedies: string[] } {
  if (createsIn.length > 0 || createsSchemas) return { wrong: [], remedies: [] };
  return {
    wrong: ["may create in no schema"],
    remedies: [`grant create on schema public to ${name(role)};`],
  };
}

/** A right that the role must not have (or lacks), and how to put it right. */
type Fault = [what: string, remedy: string];

function tooMuch(found: RolePrivileges, purpose: "runtime" | "reader"): { wrong: string[]; remedies: string[] } {
  const role = name(found.role);
  const { memberOf, createsIn, owns, tables } = found;
  // Everything else follows from it.
  if (found.superuser) return { wrong: ["is a superuser"], remedies: [`alter role ${role} nosuperuser;`] };
  const faults: Fault[] = [];
  if (found.createRole) faults.push(["may create roles", `alter role ${role} nocreaterole;`]);
  if (found.createDatabase) faults.push(["may create databases", `alter role ${role} nocreatedb;`]);
  if (found.bypassRowSecurity) faults.push(["bypasses row security", `alter role ${role} nobypassrls;`]);
  if (memberOf.includes("neon_superuser"))
    faults.push([
      "has the rights of neon_superuser",
      "Neon gives every role of its API these rights: let the owner create the runtime role in SQL.",
    ]);
  if (found.createsSchemas)
    faults.push(["may create schemas", `revoke create on database ${name(found.database)} from public, ${role};`]);
  for (const schema of createsIn)
    faults.push([`may create in schema ${schema}`, `revoke create on schema ${name(schema)} from public, ${role};`]);
  if (owns.length > 0)
    faults.push([
      `may change or drop ${owns.slice(0, 3).join(", ")}${owns.length > 3 ? ` and ${owns.length - 3} more` : ""}`,
      "Let the owner role own the tables (alter table … owner to …), and take the membership in it away.",
    ]);
  if (purpose === "reader" && tables.insert + tables.update + tables.delete > 0)
    faults.push(["may write", `revoke insert, update, delete on all tables in schema public from ${role};`]);
  if (tables.total > 0 && tables.select === 0) {
    const rights = purpose === "runtime" ? "select, insert, update, delete" : "select";
    faults.push(["may read no table", `grant ${rights} on all tables in schema public to ${role};`]);
  }
  return { wrong: faults.map(([what]) => what), remedies: faults.map(([, remedy]) => remedy) };
}
