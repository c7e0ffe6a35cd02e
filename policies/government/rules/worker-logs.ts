import { kindOf } from "../../kit/graph.ts";
import { isRecord, unknown, type Value } from "../../kit/value.ts";
import { governmentRule } from "../government-rule.ts";
import { fields, known } from "../known.ts";

type Fields = Readonly<Record<string, Value>>;

/** Everything of a Worker's observability that is off or sampled. */
function* lacking(observability: Fields): Generator<string> {
  const logs = isRecord(observability.logs) ? observability.logs : {};
  if (observability.enabled !== true && observability.enabled !== unknown) yield "its logs are off";
  if (logs.enabled === false) yield "its logs are off in the part for logs";
  if (logs.invocationLogs === false) yield "it does not log invocations";
  for (const rate of [observability.headSamplingRate, logs.headSamplingRate])
    if (typeof rate === "number" && rate < 1) yield "it logs a sample";
}

export const workerLogs = governmentRule({
  id: "government-worker-logs",
  title: "A Worker logs every request",
  enforcement: "remediate",
  controls: ["AU-12"],
  cannotSee: "What the code writes, and how long Cloudflare keeps it.",
  remedy: "Set observability to enabled: true and headSamplingRate: 1",
  kinds: ["WorkersScript", "Worker"],
  scope: "everywhere",
  appliesTo: (node, graph) => kindOf(node.type) === "Worker" || graph.isScript(node),
  *check(node) {
    const observability = fields(node.props.observability, "observability");
    yield* lacking(observability);
    const logs = fields(observability.logs, "observability.logs");
    for (const [name, value] of Object.entries({ ...observability, ...logs })) known(value, `observability: ${name}`);
  },
  remediate(type, props) {
    if (!["WorkersScript", "Worker"].includes(kindOf(type)) || props.observability === unknown) return undefined;
    const now = isRecord(props.observability) ? props.observability : {};
    if (lacking(now).next().done === true) return undefined;
    const logs = isRecord(now.logs)
      ? { logs: { ...now.logs, enabled: true, invocationLogs: true, headSamplingRate: 1 } }
      : {};
    return { ...props, observability: { ...now, enabled: true, headSamplingRate: 1, ...logs } };
  },
});
