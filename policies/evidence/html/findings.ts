import { html } from "hono/html";
import { isBinding } from "../../../contracts/policy-result.ts";
import type { Review, State } from "../review.ts";
import { cell, code, type Html, items, resourceLabel, row, rowHead, stateLabel, table } from "./parts.ts";

const worth: readonly State[] = ["fail", "error", "undetermined", "fail-waived"];

/** Everything that is not simply in order, what stops a release first. */
export function findings({ records }: Review): Html {
  const found = records
    .filter(({ state }) => worth.includes(state))
    .sort(
      (a, b) =>
        Number(isBinding(b)) - Number(isBinding(a)) ||
        worth.indexOf(a.state) - worth.indexOf(b.state) ||
        a.policy.localeCompare(b.policy) ||
        a.resource.urn.localeCompare(b.resource.urn),
    );
  if (found.length === 0) return html`<p>Nothing: no rule is broken, open or in error.</p>`;
  return table(
    "Each result that is not simply in order, what stops a release first.",
    ["Result", "Rule", "Weight", "Resource", "What was found, and what to do", "Controls"],
    found.map((record) =>
      row(
        {
          states: [record.state],
          severities: [record.severity],
          frameworks: record.controls.map(({ framework }) => framework),
        },
        [
          cell(stateLabel(record.state)),
          rowHead(html`<a href="#rule-${encodeURIComponent(record.policy)}">${code(record.policy)}</a>`),
          cell(html`${record.severity}, ${record.enforcement}`),
          cell(resourceLabel(record.resource)),
          cell(
            html`${record.message}${record.remedy === "" ? "" : html`<br><strong>Remedy:</strong> ${record.remedy}`}${
              record.violationHash === undefined
                ? ""
                : html`<br><span class="soft">violation ${code(record.violationHash)}</span>`
            }`,
          ),
          cell(items(record.controls.map(({ framework, id }) => html`${id} <span class="soft">${framework}</span>`))),
        ],
      ),
    ),
  );
}
