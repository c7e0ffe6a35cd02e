import { html } from "hono/html";
import type { Change } from "../changes.ts";
import type { Review } from "../review.ts";
import { cell, code, type Html, rowHead, stateLabel, table } from "./parts.ts";

const words: Readonly<Record<Change["kind"], string>> = {
  worse: "worse",
  new: "new",
  better: "better",
  gone: "no longer there",
};

/** What became better or worse since the review before. */
export function changes({ previous, previousRefused }: Review, found: readonly Change[] | undefined): Html {
  if (previous === undefined || found === undefined) {
    return html`<p>${previousRefused ?? "There is no earlier review of this stack to compare with."}</p>`;
  }
  const compared = html`<p>Compared with ${code(previous.id)} of ${previous.at}, commit ${code(previous.commit)}.</p>`;
  if (found.length === 0) return html`${compared}<p>No result became better or worse.</p>`;
  return html`${compared}${table(
    "Results that became better or worse.",
    ["Change", "Rule", "Resource", "Before", "Now"],
    found.map(
      ({ kind, policy, urn, before, after }) => html`<tr>${[
        cell(words[kind]),
        rowHead(code(policy)),
        cell(code(urn)),
        cell(stateLabel(before)),
        cell(stateLabel(after)),
      ]}</tr>
`,
    ),
  )}`;
}
