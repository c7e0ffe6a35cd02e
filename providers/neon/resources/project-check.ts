import type { Problem } from "../../kit/check.ts";
import type { ValueMap } from "../../kit/value.ts";
import {
  autoscalingProblems,
  computeUnits,
  databaseName,
  displayName,
  ipList,
  oneOf,
  problemsOf,
  type Rule,
  type Rules,
  region,
  roleName,
  suspendTimeout,
  wholeNumber,
} from "../checks.ts";

const quota = wholeNumber(0, undefined, " (0 is no limit)");

const time: Rule = (text) =>
  typeof text !== "string" || /^([01]\d|2[0-3]):[0-5]\d$/.test(text)
    ? undefined
    : `must be a time of day in UTC such as 03:00, found ${text}`;

const weekdays: Rule = (days) =>
  Array.isArray(days) && days.some((day) => typeof day === "number" && (!Number.isInteger(day) || day < 1 || day > 7))
    ? `must be numbers from 1 (Monday) to 7 (Sunday), found ${days.map(String).join(", ")}`
    : undefined;

export const sizingRules: Rules = {
  autoscalingLimitMinCu: computeUnits,
  autoscalingLimitMaxCu: computeUnits,
  suspendTimeoutSeconds: suspendTimeout,
};

const rules: Rules = {
  name: displayName(256),
  regionId: region,
  pgVersion: wholeNumber(14, 18),
  historyRetentionSeconds: wholeNumber(0, 2_592_000, " (30 days); how much a plan allows is less on most"),
  branchName: displayName(256),
  databaseName,
  roleName,
  defaultEndpointSettings: sizingRules,
  settings: {
    quota: {
      activeTimeSeconds: quota,
      computeTimeSeconds: quota,
      writtenDataBytes: quota,
      dataTransferBytes: quota,
      logicalSizeBytes: quota,
    },
    allowedIps: { ips: ipList },
    maintenanceWindow: { weekdays, startTime: time, endTime: time },
    auditLogLevel: oneOf("base", "extended", "full"),
  },
};

export function checkProject(inputs: ValueMap): Problem[] {
  return [
    ...problemsOf(inputs, rules),
    ...autoscalingProblems(inputs.defaultEndpointSettings, ["defaultEndpointSettings"]),
  ];
}
