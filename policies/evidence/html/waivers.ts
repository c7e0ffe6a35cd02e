import { html } from "hono/html";
import { plural } from "../plural.ts";
import type { Review } from "../review.ts";
import { cell, code, type Html, items, rowHead, table } from "./parts.ts";

/** Days from one date to another, both as `YYYY-MM-DD` or longer; negative when the second is earlier. Not a number for no date. */
const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000);

/** Every waiver with the days it had left when the review was made, and what is wrong with waivers. */
export function waivers({ waivers, waiverProblems, at }: Review): Html {
  const problems =
    waiverProblems.length === 0
      ? ""
      : html`<p><strong>Wrong with waivers:</strong></p><ul>${waiverProblems.map((one) => html`<li>${one}</li>`)}</ul>`;
  if (waivers.length === 0) return html`${problems}<p>There are none.</p>`;
  const sorted = waivers.toSorted((a, b) => (a.expiresOn < b.expiresOn ? -1 : 1));
  return html`${problems}${table(
    "Every waiver, the one that expires first at the top. Days left are counted from the day of this review.",
    ["Rule", "Resource", "Days left", "Why, and what is done instead", "Asked and approved", "In order"],
    sorted.map(
      (waiver) => html`<tr>${[
        rowHead(code(waiver.policy)),
        cell(code(waiver.urn)),
        cell(left(daysBetween(at, waiver.expiresOn), waiver.expiresOn)),
        cell(html`${waiver.reason}<br><strong>Instead (${waiver.category}):</strong> ${waiver.compensatingControl}`),
        cell(
          html`asked by ${waiver.requester}, approved by ${waiver.approver} on ${waiver.approvedOn}, ${waiver.ticket}<br><code>${waiver.file}</code>`,
        ),
        cell(
          waiver.problems.length === 0
            ? html`<span class="state pass">✔ yes</span>`
            : html`<span class="state fail">✖ no</span> ${items(waiver.problems)}`,
        ),
      ]}</tr>
`,
    ),
  )}`;
}

function left(days: number, expiresOn: string): Html {
  if (Number.isNaN(days)) return html`${expiresOn}`;
  return days < 0
    ? html`<span class="state fail">✖ expired ${plural(-days, "day")} ago</span> (${expiresOn})`
    : html`<strong>${plural(days, "day")}</strong>, until ${expiresOn}`;
}
