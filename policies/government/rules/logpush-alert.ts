import type { Value } from "../../kit/value.ts";
import { governmentRule } from "../government-rule.ts";
import { fields, known, list } from "../known.ts";

const alertType = "failing_logpush_job_disabled_alert";

/** Whether anybody is told. */
function reaches(mechanisms: Value | undefined): boolean {
  return Object.values(fields(mechanisms, "mechanisms")).some((means) => list(means, "mechanisms").length > 0);
}

export const logpushAlert = governmentRule({
  id: "government-logpush-alert",
  title: "Somebody is told when logs are no longer pushed",
  severity: "medium",
  controls: ["AU-5a"],
  cannotSee: "Whether anybody reads the message.",
  remedy: `Make a NotificationPolicy for ${alertType} that is on and has an address`,
  kinds: ["Stack"],
  scope: "stack",
  *check(_, graph) {
    const alerts = graph
      .ofKind("NotificationPolicy")
      .filter(({ props }) => known(props.alertType, "alertType") === alertType);
    const on = alerts.filter(({ props }) => known(props.enabled, "enabled") !== false);
    if (!on.some(({ props }) => reaches(props.mechanisms))) yield "nobody is told when a job stops";
  },
});
