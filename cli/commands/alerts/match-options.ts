import type { Command } from "commander";
import type { AlertMatch } from "../../../contracts/ops-alerts.ts";
import { severities } from "../../../contracts/ops-incidents.ts";

const names = {
  family: "families",
  severity: "severities",
  source: "sources",
  subject: "subjects",
} as const;

/** Which incidents: each option may be given several times. */
export function matchOptions(command: Command): Command {
  return command
    .option("--family <family...>", "of these families")
    .option("--severity <severity...>", `of these severities: ${severities.join(", ")}`)
    .option("--source <source...>", "raised by these, e.g. health")
    .option("--subject <subject...>", "about these, e.g. chittyfinance");
}

export function matchOf(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([option, field]) =>
      Array.isArray(options[option]) ? [[field, options[option]]] : [],
    ),
  );
}

export function matchText(match: AlertMatch): string {
  const parts = Object.values(names).flatMap((field) => match[field] ?? []);
  return parts.length === 0 ? "all" : parts.join(" ");
}
