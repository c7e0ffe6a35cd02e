import type { ExecutionContext, MessageBatch, ScheduledController } from "@cloudflare/workers-types";
import { childrenApp, planeApp } from "./app.ts";
import { planeClock } from "./clock.ts";
import { configurationOf } from "./configuration.ts";
import { type OpsEnvironment, onlyObject } from "./environment.ts";
import { takeQueue } from "./events/take-queue.ts";
import type { TailEvent } from "./meter/measure.ts";
import { TailBuffer } from "./meter/tail-buffer.ts";

export { AuditLog } from "./audit/audit-log.ts";
export { Directory } from "./directory/directory.ts";
export { EventHub } from "./events/event-hub.ts";
export { CallLog } from "./http/call-log.ts";
export { IncidentDesk } from "./incidents/incident-desk.ts";
export { Meter } from "./meter/meter.ts";
export { OperationDesk } from "./operations/operation-desk.ts";
export { RolloutDesk } from "./rollouts/rollout-desk.ts";
export { ChildShard } from "./sync/child-shard.ts";

const app = planeApp();
const children = childrenApp();
let measured: TailBuffer | undefined;

/** The operations plane. What it is told about itself: contracts/ops-plane.ts. */
export default {
  fetch(request: Request, env: OpsEnvironment, context: ExecutionContext): Response | Promise<Response> {
    const asked = new URL(request.url).pathname.startsWith("/sync") ? children : app;
    return asked.fetch(request, env, context as never);
  },

  queue(batch: MessageBatch, env: OpsEnvironment): Promise<void> {
    return takeQueue(batch, env.EVENT_HUB.getByName(onlyObject), configurationOf(env).url);
  },

  /** Each minute: looks at every service that is due. */
  async scheduled({ scheduledTime }: ScheduledController, env: OpsEnvironment): Promise<void> {
    await env.DIRECTORY.getByName(onlyObject).round(scheduledTime);
  },

  async tail(events: TailEvent[], env: OpsEnvironment): Promise<void> {
    measured ??= new TailBuffer({
      send: (measurements) => env.METER.getByName(onlyObject).add(measurements),
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    });
    await measured.add(events, (await planeClock(env)).now());
  },
};
