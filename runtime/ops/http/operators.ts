import type { MiddlewareHandler } from "hono";
import type { OperatorRole } from "../../../contracts/ops-plane.ts";
import { ProblemError } from "../../problem/problem.ts";
import { familiesOf, may, type Operator, operatorOf } from "../operators/operator-of.ts";
import type { OpsContext } from "./ops-app.ts";

/**
 * Lets operators in who have a role in some family at least. A route that acts on one family asks `requireRole` besides.
 * @throws ProblemError 401, 403
 */
export function operators(role: OperatorRole): MiddlewareHandler<OpsContext> {
  return async (c, next) => {
    const operator = await operatorOf(c.req.raw.headers, c.var.configuration, c.var.clock);
    if (familiesOf(operator, role).length === 0) throw forbidden(operator, role);
    c.set("operator", operator);
    c.set("actor", { kind: "operator", id: operator.email });
    await next();
  };
}

/** @throws ProblemError 403 */
export function requireRole(operator: Operator, role: OperatorRole, family: string | undefined): void {
  if (!may(operator, role, family)) throw forbidden(operator, role, family);
}

function forbidden({ email }: Operator, role: OperatorRole, family?: string): ProblemError {
  const where = family === undefined ? "" : ` in the family ${family}`;
  const detail = `${email} has not the role ${role}${where}. An administrator grants it in the configuration of the plane.`;
  return new ProblemError({ status: 403, title: "Not allowed", detail });
}
