import { createRoute, z } from "@hono/zod-openapi";
import type { Actor, OpsAuditEntry } from "../../../contracts/ops-audit.ts";
import { type DeploymentReport, deployment, deploymentReport } from "../../../contracts/ops-deployments.ts";
import { onlyObject } from "../environment.ts";
import { mutation } from "../http/mutation.ts";
import { operators, requireRole } from "../http/operators.ts";
import { type OpsApp, opsApp } from "../http/ops-app.ts";
import { familiesOf } from "../operators/operator-of.ts";

/** What was deployed: told by `chittyops` after each `up`, kept in the audit trail. */
export function deploymentRoutes(): OpsApp {
  const app = opsApp();
  app.openapi(
    createRoute({
      method: "post",
      path: "/api/v1/deployments",
      summary: "Report that an update of a stack has ended",
      middleware: [operators("operator"), mutation("deployment.report")] as const,
      request: { body: { required: true, content: { "application/json": { schema: deploymentReport } } } },
      responses: { 201: { description: "Recorded", content: { "application/json": { schema: deployment } } } },
    }),
    async (c) => {
      const report = c.req.valid("json");
      requireRole(c.var.operator, "operator", report.family);
      const entry = entryOf(report, c.var.actor, new Date(c.var.clock.now()));
      const recorded = await c.env.AUDIT_LOG.getByName(onlyObject).recordDeployment(report, entry);
      await c.env.EVENT_HUB.getByName(onlyObject).publish({
        specversion: "1.0",
        id: report.id,
        source: "chittycanon://core/services/chittyops",
        type: "cc.chitty.deployment.finished",
        subject: report.stack,
        family: report.family,
        time: report.finishedAt,
        datacontenttype: "application/json",
        data: recorded,
      });
      return c.json(recorded, 201);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/deployments",
      summary: "Deployments that ended in a span of time, the last first",
      middleware: [operators("viewer")] as const,
      request: {
        query: z.strictObject({
          from: z.iso.datetime().default("1970-01-01T00:00:00Z"),
          to: z.iso.datetime().default("9999-12-31T23:59:59Z"),
          limit: z.coerce.number().int().min(1).max(500).default(50),
        }),
      },
      responses: {
        200: {
          description: "Those of the families that the caller may see",
          content: { "application/json": { schema: z.object({ deployments: z.array(deployment) }) } },
        },
      },
    }),
    async (c) => {
      const { from, to, limit } = c.req.valid("query");
      const families = familiesOf(c.var.operator, "viewer");
      const log = c.env.AUDIT_LOG.getByName(onlyObject);
      const deployments = await log.deployments(from, to, limit, families === "all" ? undefined : families);
      return c.json({ deployments }, 200);
    },
  );
  return app;
}

function entryOf(report: DeploymentReport, actor: Actor, at: Date): OpsAuditEntry {
  const { id, stack, family, outcome, changes, policyEvidence, ...said } = report;
  return {
    at: at.toISOString(),
    actor,
    action: "deployment",
    subject: stack,
    family,
    outcome,
    details: {
      ...said,
      deployment: id,
      ...(policyEvidence !== undefined && { policyEvidence }),
      ...Object.fromEntries(Object.entries(changes).map(([kind, count]) => [kind, String(count)])),
    },
  };
}
