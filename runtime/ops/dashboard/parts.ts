import { html, raw } from "hono/html";
import type { Severity } from "../../../contracts/ops-incidents.ts";
import type { State, Tone } from "./dashboard-data.ts";

/** A piece of a page. Whatever is put into the template is escaped, except what came from the template itself. */
export type Html = ReturnType<typeof html>;

/** A shape for each tone, so that nobody needs its colour: octagon, triangle, diamond, square, circle. */
const shapes: Record<Tone, string> = {
  bad: '<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z"/><path class="mark" d="m5.5 5.5 5 5m0-5-5 5"/>',
  warning: '<path d="M8 1 15.5 15H.5z"/><path class="mark" d="M8 6v4m0 2v1.2"/>',
  unknown:
    '<path d="m8 .5 7.5 7.5L8 15.5.5 8z"/><path class="mark" d="M6 6.5c0-2.6 4-2.6 4 0C10 8 8 8 8 9.6m0 1.6v1.2"/>',
  paused: '<path d="M1.5 1.5h13v13h-13z"/><path class="mark" d="M6 5v6m4-6v6"/>',
  good: '<circle cx="8" cy="8" r="7.5"/><path class="mark" d="m4.5 8.2 2.5 2.6 4.5-5"/>',
};

/** The shapes, once for each page; `icon` points at them. */
export const sprite: Html = raw(
  `<svg class="sprite" width="0" height="0" aria-hidden="true">${Object.entries(shapes)
    .map(([tone, shape]) => `<symbol id="icon-${tone}" viewBox="0 0 16 16">${shape}</symbol>`)
    .join("")}</svg>`,
) as Html;

const icon = (tone: Tone): Html =>
  html`<svg class="icon ${tone}" width="16" height="16" aria-hidden="true"><use href="#icon-${tone}"/></svg>`;

/** Icon and words, and a colour for those who see it. */
export const stateLabel = ({ tone, word }: State): Html =>
  html`<span class="state ${tone}">${icon(tone)} ${word}</span>`;

const severityTones: Record<Severity, Tone> = { critical: "bad", major: "bad", minor: "warning", info: "unknown" };
export const severityLabel = (severity: Severity): Html =>
  stateLabel({ tone: severityTones[severity], word: severity });

/** A name that somebody gave, whatever writing it is in. */
export const name = (text: string): Html => html`<bdi class="name">${text}</bdi>`;

export const link = (path: string, text: string, current = false): Html =>
  html`<a href="${path}"${current ? raw(' aria-current="true"') : ""}>${name(text)}</a>`;

/** A time to the second, in UTC: `2026-11-26 17:05:20 UTC`. */
export function time(at: string | undefined): Html {
  if (at === undefined) return html`<span class="soft">never</span>`;
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")} UTC</time>`;
}

/** `99.95 %`, cut and not rounded, so that 100 % means all of it. */
export const percent = (share: number | undefined): string =>
  share === undefined ? "not seen" : `${Number((Math.floor(share * 10_000 + 1e-6) / 100).toFixed(2))} %`;

/** `1 service`, `2 services` */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${whole(count)} ${count === 1 ? one : many}`;

export const whole = (number: number): string => number.toLocaleString("en-US");

/** A part of the page that is replaced by itself when what it shows has changed. */
export const part = (id: string, title: string, content: Html | Html[]): Html =>
  html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${content}
</section>
`;

/** A table that scrolls by itself on a narrow screen, and that the keyboard can reach for it. */
export function table(caption: string, head: readonly (string | { number: string })[], rows: readonly Html[]): Html {
  const cells = head.map((cell) =>
    typeof cell === "string"
      ? html`<th scope="col">${cell}</th>`
      : html`<th scope="col" class="number">${cell.number}</th>`,
  );
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${cells}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells}</tr>\n`)}</tbody></table></div>`;
}

export const cell = (content: Html | string): Html => html`<td>${content}</td>`;
export const numberCell = (content: string): Html => html`<td class="number">${content}</td>`;
export const rowHead = (content: Html | string): Html => html`<th scope="row">${content}</th>`;

export const facts = (rows: readonly (readonly [string, Html | string])[]): Html =>
  html`<dl>${rows.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>\n`)}</dl>`;

export const nothing = (text: string): Html => html`<p class="soft">${text}</p>`;

/** `path` with what is wanted of it now; parameters that are undefined or empty are left out. */
export function address(path: string, parameters: Record<string, string | undefined>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) if (value !== undefined && value !== "") query.set(key, value);
  return query.size === 0 ? path : `${path}?${query}`;
}

/** Links to the first page and the next one. */
export function pager(path: string, parameters: Record<string, string | undefined>, next: string | undefined): Html {
  const first =
    parameters.after === undefined
      ? ""
      : html`<a href="${address(path, { ...parameters, after: undefined })}">First page</a>`;
  const more =
    next === undefined ? "" : html`<a rel="next" href="${address(path, { ...parameters, after: next })}">Next page</a>`;
  return first === "" && more === "" ? html`` : html`<nav class="pager" aria-label="Pages">${first} ${more}</nav>`;
}
