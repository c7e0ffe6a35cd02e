import { type Incident, incidentStates } from "../../../contracts/ops-incidents.ts";
import { ProblemError } from "../../problem/problem.ts";

export function noIncident(id: string): ProblemError {
  const detail = `There is no incident ${id} that you may see. \`chittyops incidents list\` shows them.`;
  return new ProblemError({ status: 404, title: "No such incident", detail });
}

export function notNow({ id, state }: Incident, action: string): ProblemError {
  const expected = action === "review" ? "resolved" : incidentStates.slice(0, 2).join(" or ");
  const detail = `The incident ${id} is ${state}; \`${action}\` is for one that is ${expected}.`;
  return new ProblemError({ status: 409, title: "Not in this state", detail });
}

export function notLower({ id, severity }: Incident, asked: string): ProblemError {
  const detail = `The incident ${id} is ${severity}; escalating to ${asked} would make less of it. Give a higher severity, or none.`;
  return new ProblemError({ status: 409, title: "Not an escalation", detail });
}

export function fullTimeline({ id }: Incident, mostEntries: number): ProblemError {
  const detail = `The incident ${id} has ${mostEntries} entries, which is the most. Write the rest into its review.`;
  return new ProblemError({ status: 409, title: "Timeline full", detail });
}
