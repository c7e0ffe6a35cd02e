import { deployment } from "../../../contracts/ops-deployments.ts";
import type { CloudEvent } from "../../../contracts/ops-events.ts";
import type { RelatedChange } from "../../../contracts/ops-incidents.ts";

/** Events of this topic tell of deployments: the subject says of what, the data is a `Deployment`, or has a `text` that says more of it. */
const deploymentTopic = "cc.chitty.deployment";

/**
 * The change that an event tells of, with its identity; undefined: it tells of none.
 * @param core the family that all others stand on: what is deployed there may be felt everywhere
 */
export function deploymentOf(
  event: CloudEvent,
  now: number,
  core: string | undefined,
): [id: string, change: RelatedChange & { family?: string }] | undefined {
  if (event.type !== deploymentTopic && !event.type.startsWith(`${deploymentTopic}.`)) return undefined;
  const change = {
    at: new Date(event.time ?? now).toISOString(),
    subject: (event.subject ?? event.source).slice(0, 500),
    text: textOf(event).slice(0, 500),
    ...(event.family !== undefined && event.family !== core && { family: event.family }),
  };
  return [`${event.source} ${event.id}`, change];
}

function textOf({ type, data }: CloudEvent): string {
  const report = deployment.safeParse(data);
  if (report.success) {
    const { command, outcome, by, commit, changes } = report.data;
    const numbers = Object.entries(changes).map(([what, number]) => `${number} ${what}`);
    return `${command} by ${by} of ${commit.slice(0, 12)}: ${outcome}, ${numbers.join(", ")}`;
  }
  const { text } = (data ?? {}) as { text?: unknown };
  return typeof text === "string" ? text : type;
}
