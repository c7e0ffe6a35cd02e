import { createRoute, z } from "@hono/zod-openapi";
import { opsAuditChain, opsAuditRecord, signedCheckpoint } from "../../../contracts/ops-audit.ts";
import { onlyObject } from "../environment.ts";
import { operators, requireRole } from "../http/operators.ts";
import { type OpsApp, opsApp } from "../http/ops-app.ts";
import { exportAudit } from "./export-audit.ts";

const page = z.object({
  head: z.object({ sequence: z.int(), digest: z.string() }),
  records: z.array(opsAuditRecord),
});
const query = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
const json = <T extends z.ZodType>(description: string, schema: T) => ({
  200: { description, content: { "application/json": { schema } } },
});

/** The audit trail, for those who may see every family. */
export function auditRoutes(): OpsApp {
  const app = opsApp();
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/audit",
      summary: "Records of the audit trail after a sequence number, in order",
      middleware: [operators("viewer")] as const,
      request: { query },
      responses: json("A page; there is more while its last record is not the head's", page),
    }),
    async (c) => {
      requireRole(c.var.operator, "viewer", undefined);
      const { after, limit } = c.req.valid("query");
      return c.json(await c.env.AUDIT_LOG.getByName(onlyObject).read(after, limit), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/audit/checkpoints",
      summary: "How far the audit trail was, signed by the plane (JWS, EdDSA)",
      middleware: [operators("viewer")] as const,
      request: { query },
      responses: json("A page", z.object({ checkpoints: z.array(signedCheckpoint) })),
    }),
    async (c) => {
      requireRole(c.var.operator, "viewer", undefined);
      const { after, limit } = c.req.valid("query");
      return c.json({ checkpoints: await c.env.AUDIT_LOG.getByName(onlyObject).checkpoints(after, limit) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/audit/export",
      summary: "The whole audit trail with its checkpoints and keys, to be verified without the plane",
      middleware: [operators("viewer")] as const,
      responses: { 200: { description: "Lines of JSON", content: { "application/x-ndjson": { schema: z.string() } } } },
    }),
    (c) => {
      requireRole(c.var.operator, "viewer", undefined);
      const lines = exportAudit(c.env.AUDIT_LOG, opsAuditChain(c.var.configuration.environment));
      const headers = { "content-type": "application/x-ndjson", "cache-control": "no-store" };
      return c.body(streamOf(lines), 200, headers) as never;
    },
  );
  return app;
}

/** A part is made when it is asked for: a slow reader keeps nothing in memory. */
function streamOf(parts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
}
