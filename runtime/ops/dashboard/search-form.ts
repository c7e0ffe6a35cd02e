import { html } from "hono/html";
import type { Html } from "./parts.ts";

/** Filters of a list, in the address, so that they work without the script and can be sent to somebody. */
export const searchForm = (label: string, fields: readonly Html[]): Html =>
  html`<form id="search" role="search" aria-label="${label}" method="get">${fields}<button>Show</button></form>
`;

export const options = (
  label: string,
  parameter: string,
  values: readonly string[],
  chosen: string | undefined,
): Html =>
  html`<label>${label} <select name="${parameter}"><option value="">any</option>${values.map((value) =>
    value === chosen ? html`<option selected>${value}</option>` : html`<option>${value}</option>`,
  )}</select></label>`;
