import { html } from "hono/html";
import type { Review } from "../review.ts";
import { byControl, byResource, byRule, type ControlTally, type Counts } from "../tally.ts";
import {
  cell,
  code,
  countCells,
  countHeads,
  type Html,
  items,
  numberCell,
  resourceLabel,
  row,
  rowHead,
  stateLabel,
  statesIn,
  table,
} from "./parts.ts";

/** A table for each framework. */
export function controls(review: Review): Html {
  const frameworks = Map.groupBy(byControl(review), ({ framework }) => framework);
  return html`<p>Each rule <em>supports</em> the controls named with it. No rule shows that a control is met: that is for an assessor to say.</p>
${[...frameworks].map(([framework, own]) => html`<h3>${framework}</h3>${controlTable(framework, own)}`)}`;
}

function controlTable(framework: string, own: readonly ControlTally[]): Html {
  return table(
    `Controls of ${framework} that rules support, with the number of results.`,
    ["Control", "In short", ...countHeads, "Rules that support it"],
    own.map(({ id, rules, counts }) =>
      row(
        {
          states: statesIn(counts),
          severities: rules.map(({ rule }) => rule.severity),
          frameworks: [framework],
        },
        [
          rowHead(id),
          cell(inShort(counts)),
          ...countCells(counts),
          cell(
            items(
              rules.map(
                ({ rule, support }) =>
                  html`<a href="#rule-${encodeURIComponent(rule.id)}">${code(rule.id)}</a> <span class="soft">${support}</span>`,
              ),
            ),
          ),
        ],
      ),
    ),
  );
}

function inShort(counts: Counts): Html {
  if (counts.fail > 0) return stateLabel("fail");
  if (counts.error > 0) return stateLabel("error");
  if (counts.undetermined > 0) return stateLabel("undetermined");
  if (counts["fail-waived"] > 0) return stateLabel("fail-waived");
  return counts.pass > 0 ? html`<span class="state pass">✔ nothing found</span>` : stateLabel("not-applicable");
}

export function rules(review: Review): Html {
  return table(
    "Every rule, with the number of its results, and what it cannot see.",
    ["Rule", "What it wants", "Weight", ...countHeads, { number: "Nothing to check" }, "Cannot see"],
    byRule(review).map(({ rule, counts }) =>
      row(
        {
          states: statesIn(counts),
          severities: [rule.severity],
          frameworks: rule.controls.map(({ framework }) => framework),
        },
        [
          html`<th scope="row" id="rule-${encodeURIComponent(rule.id)}">${code(rule.id)}<br><span class="soft">${rule.pack}</span></th>`,
          cell(rule.title),
          cell(html`${rule.severity}, ${rule.enforcement}`),
          ...countCells(counts),
          numberCell(counts["not-applicable"]),
          cell(rule.cannotSee),
        ],
      ),
    ),
  );
}

export function resources(review: Review): Html {
  return table(
    "Every resource that rules looked at, with each rule that had something to say.",
    ["Resource", ...countHeads, "Rules"],
    byResource(review).map(({ resource, records, counts }) => {
      const said = records.filter(({ state }) => state !== "not-applicable" && state !== "disabled");
      return row(
        {
          states: statesIn(counts),
          severities: said.map(({ severity }) => severity),
          frameworks: said.flatMap(({ controls }) => controls.map(({ framework }) => framework)),
        },
        [
          rowHead(resourceLabel(resource)),
          ...countCells(counts),
          cell(
            said.length === 0
              ? html`<span class="soft">nothing to check</span>`
              : html`<details><summary>${said.length} of ${records.length}</summary>
<p>${code(resource.urn)}</p><ul>${said.map(({ policy, state }) => html`<li>${stateLabel(state)} ${code(policy)}</li>`)}</ul></details>`,
          ),
        ],
      );
    }),
  );
}
