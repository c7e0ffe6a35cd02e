import { html } from "hono/html";
import type { Review, State } from "../review.ts";
import type { Counts } from "../tally.ts";

/** A piece of the page. Whatever is put into the template is escaped, except what came from the template itself. */
export type Html = ReturnType<typeof html>;

const signs: Record<State, string> = {
  fail: "✖ broken",
  error: "✖ error",
  undetermined: "? open",
  "fail-waived": "▲ waived",
  pass: "✔ holds",
  "not-applicable": "– nothing to check",
  disabled: "– switched off",
};

const stateWord = (state: State | undefined): string => (state === undefined ? "– not there" : signs[state]);

/** A sign and a word, and a colour for those who see it. */
export const stateLabel = (state: State | undefined): Html =>
  html`<span class="state ${state ?? "soft"}">${stateWord(state)}</span>`;

export const code = (text: string): Html => html`<code>${text}</code>`;

/** A table that scrolls by itself on a narrow screen, and that the keyboard can reach for it. */
export function table(caption: string, head: readonly (string | { number: string })[], rows: readonly Html[]): Html {
  const cells = head.map((cell) =>
    typeof cell === "string"
      ? html`<th scope="col">${cell}</th>`
      : html`<th scope="col" class="number">${cell.number}</th>`,
  );
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${cells}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

/** What the filter reads of a row: lists of words. */
export interface Facets {
  states: Iterable<string>;
  severities?: Iterable<string>;
  frameworks?: Iterable<string>;
}

/** A value as the filter compares it: one word. */
export const word = (value: string): string => value.replaceAll(/\s+/g, "-");

export function row(facets: Facets, cells: readonly Html[]): Html {
  const words = (values: Iterable<string> = []) => [...new Set([...values].map(word))].join(" ");
  return html`<tr data-states="${words(facets.states)}" data-severities="${words(facets.severities)}" data-frameworks="${words(facets.frameworks)}">${cells}</tr>
`;
}

export const cell = (content: Html | string): Html => html`<td>${content}</td>`;
export const rowHead = (content: Html | string): Html => html`<th scope="row">${content}</th>`;
export const numberCell = (content: number): Html => html`<td class="number">${content}</td>`;

/** States that occur, for the filter. */
export const statesIn = (counts: Counts): string[] =>
  Object.entries(counts).flatMap(([state, count]) => (count > 0 ? [state] : []));

/** The columns of counts that every summary has, and their cells. */
export const countHeads = ["Broken", "Errors", "Open", "Waived", "Holds"].map((number) => ({ number }));
export const countCells = (counts: Counts): Html[] =>
  [counts.fail, counts.error, counts.undetermined, counts["fail-waived"], counts.pass].map(numberCell);

/** A list that is short when it has one item. */
export function items(all: readonly (Html | string)[]): Html | string {
  if (all.length < 2) return all[0] ?? "–";
  return html`<ul>${all.map((one) => html`<li>${one}</li>`)}</ul>`;
}

export const resourceLabel = ({ name, type, urn }: Review["records"][number]["resource"]): Html =>
  html`<span class="name" title="${urn}">${name}</span><br><span class="soft"><code>${type}</code></span>`;
