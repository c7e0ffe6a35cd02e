/** What a person is in one case. */
export const caseRoles = ["clerk", "counsel", "reader"] as const;
export type CaseRole = (typeof caseRoles)[number];

/** What can be done in a case. `assign`: give and take roles; `file`: hand a document to the court's system; `rotate`: renew its key. */
export type CaseAction = "list" | "read" | "store" | "file" | "assign" | "rotate";

const allowed: Record<CaseRole, readonly CaseAction[]> = {
  clerk: ["list", "read", "store", "file", "assign", "rotate"],
  counsel: ["list", "read", "store", "file"],
  reader: ["list", "read"],
};

export function mayDo(role: CaseRole, action: CaseAction): boolean {
  return allowed[role].includes(action);
}
