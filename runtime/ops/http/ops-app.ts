import { OpenAPIHono } from "@hono/zod-openapi";
import type { Actor } from "../../../contracts/ops-audit.ts";
import type { OpsConfiguration } from "../../../contracts/ops-plane.ts";
import type { ChildName } from "../../../contracts/ops-sync.ts";
import { problemResponse } from "../../problem/problem.ts";
import type { VerifiedCall } from "../../signed-request/signed-request.ts";
import type { Clock } from "../../storage/object-storage.ts";
import type { OpsEnvironment } from "../environment.ts";
import type { Operator } from "../operators/operator-of.ts";

export interface OpsContext {
  Bindings: OpsEnvironment;
  Variables: {
    configuration: OpsConfiguration;
    clock: Clock;
    /** Behind `operators(…)`. */
    operator: Operator;
    /** Behind anything that knows who asks. */
    actor: Actor;
    /** Which family it turned out to be about, for the audit trail. */
    family?: string;
    /** Behind `children`: a child, and the call that is to be taken once. */
    caller: { name: ChildName; call: VerifiedCall };
  };
}
export type OpsApp = OpenAPIHono<OpsContext>;

/** An app, or a module of one, whose routes refuse input that does not keep its schema with everything that is wrong, without the values. */
export function opsApp(): OpsApp {
  return new OpenAPIHono<OpsContext>({
    defaultHook: (result) => {
      if (result.success) return;
      const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
      return problemResponse({ status: 400, title: "Input not accepted", detail: problems.join("; ") });
    },
  });
}
