import { kindOf, read, shared } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";
import { handlesCji } from "../handles-cji.ts";
import { fields, known } from "../known.ts";

/** By what they tell: what anybody did to the account, what the Workers did, and whom Access let in. */
const datasets = {
  audit: ["audit_logs", "audit_logs_v2"],
  trace: ["workers_trace_events"],
  access: ["access_requests"],
};

export const logsPushed = governmentRule({
  id: "government-logs-pushed",
  title: "Audit, trace and Access logs are pushed to where they are kept",
  controls: ["AU-12"],
  cannotSee: "Whether every event arrives, and who reads them.",
  remedy: "Make a LogpushJob that is on for each dataset, and set logpush of the Workers to true",
  kinds: ["Stack", "WorkersScript"],
  scope: "stack",
  appliesTo: (node, graph) =>
    kindOf(node.type) !== "WorkersScript" || (graph.isScript(node) && handlesCji(node, graph)),
  *check(node, graph) {
    if (kindOf(node.type) === "WorkersScript") {
      if (read(node, "logpush") !== true) yield "its traces are not pushed";
      return;
    }
    const jobs = graph.ofKind("LogpushJob").filter((job) => handlesCji(job, graph));
    const on = jobs.filter(({ props }) => known(props.enabled, "enabled") === true);
    const scripts = graph.scripts.filter((script) => handlesCji(script, graph));
    const owners = new Set(scripts.map((script) => graph.owner(script)));
    for (const owner of owners) {
      const own = on.filter((job) => [owner, shared].includes(graph.owner(job)));
      const pushed = own.map(({ props }) => known(props.dataset, "dataset"));
      for (const [what, names] of Object.entries(datasets))
        if (!names.some((name) => pushed.includes(name))) yield `no job pushes ${what} logs of ${owner ?? "nobody"}`;
    }
    for (const { name, props } of on) {
      const rate = known(fields(props.outputOptions, "outputOptions").sampleRate, "outputOptions.sampleRate");
      if (typeof rate === "number" && rate < 1 && rate > 0) yield `${name} pushes a sample`;
    }
  },
});
