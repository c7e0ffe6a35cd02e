import { html } from "hono/html";
import type { ServicePage } from "./dashboard-data.ts";
import { counted, type Html, link, name } from "./parts.ts";

const width = 720;
const row = 30;
const box = { width: 200, height: 24 };
/** More than this is only in the list below it. */
const drawn = 20;

/** Who is bound to a service, and what it is bound to: a drawing, and the same as lists. */
export function bindingGraph({ name: service, uses, usedBy }: ServicePage): Html {
  const users = usedBy.slice(0, drawn);
  const used = uses.slice(0, drawn).map((one) => one.service ?? one.name);
  const height = Math.max(users.length, used.length, 1) * row;
  const place = (index: number, of: number) => (height - of * row) / 2 + index * row + row / 2;
  const node = (text: string, x: number, y: number) =>
    html`<rect class="box" x="${x}" y="${y - box.height / 2}" width="${box.width}" height="${box.height}" rx="4"/><text class="label" x="${x + 8}" y="${y + 4}">${shortened(text)}</text>`;
  const middle = (width - box.width) / 2;
  const edge = (fromX: number, fromY: number, toX: number, toY: number) =>
    `M${fromX} ${fromY}C${fromX + 30} ${fromY} ${toX - 30} ${toY} ${toX} ${toY}`;
  const edges = [
    ...users.map((_, at) => edge(box.width, place(at, users.length), middle, height / 2)),
    ...used.map((_, at) => edge(middle + box.width, height / 2, width - box.width, place(at, used.length))),
  ];
  return html`<svg class="chart" role="img" aria-label="${`${service} is used by ${counted(usedBy.length, "service")} and bound to ${counted(uses.length, "thing")}; they are listed below`}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<path class="axis" d="${edges.join("")}"/>
${users.map((user, at) => node(user, 0, place(at, users.length)))}${node(service, middle, height / 2)}${used.map((one, at) => node(one, width - box.width, place(at, used.length)))}
</svg>
<details><summary>The same as lists</summary>
<h3>Bound to</h3>${list(uses.map((one) => html`${one.service === undefined ? name(one.name) : link(`/services/${encodeURIComponent(one.service)}`, one.service)} <span class="soft">${one.kind}</span>`))}
<h3>Used by</h3>${list(usedBy.map((user) => link(`/services/${encodeURIComponent(user)}`, user)))}
</details>`;
}

const list = (items: readonly Html[]): Html =>
  items.length === 0
    ? html`<p class="soft">nothing</p>`
    : html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;

function shortened(text: string): string {
  const characters = [...text];
  return characters.length > 26 ? `${characters.slice(0, 25).join("")}…` : text;
}
