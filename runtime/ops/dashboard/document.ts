import { html } from "hono/html";
import { favicon, script, style } from "./dashboard-assets.ts";
import { type Html, sprite } from "./parts.ts";

/** Nothing from elsewhere, nothing inline, no text that becomes markup, no page around it. */
const securityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

export interface Document {
  status?: number;
  title: string;
  /** Links of the navigation; `current` where the reader is. */
  pages: { path: string; title: string; current: boolean }[];
  /** `local`, `dev`, `prod` */
  environment: string;
  /** Who is signed in. */
  operator?: string;
  /** Parts, each with an id of its own. */
  main: Html;
  /** Changes whenever what the page shows changes; absent on pages that are not live. */
  version?: string;
  /** Milliseconds since the epoch, by the plane's clock. */
  now: number;
}

/** A whole page of the dashboard. */
export async function documentResponse(page: Document): Promise<Response> {
  const { title, pages, environment, operator, main, version, now, status = 200 } = page;
  const live =
    version === undefined
      ? html``
      : html`<div class="live"><p id="live" role="status"></p><button id="pause" type="button" hidden>Pause</button></div>`;
  const links = pages.map(
    ({ path, title, current }) =>
      html`<li>${current ? html`<a href="${path}" aria-current="page">${title}</a>` : html`<a href="${path}">${title}</a>`}</li>`,
  );
  const text = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ChittyOps ${environment}</title>
<link rel="icon" href="${favicon.path}">
<link rel="stylesheet" href="${style.path}">
${version === undefined ? "" : html`<script type="module" src="${script.path}"></script>`}
</head>
<body>
<a class="skip" href="#main">To the content</a>
${sprite}
<header><div class="bar">
<p class="brand">ChittyOps <span class="soft">${environment}</span></p>
${links.length === 0 ? "" : html`<nav aria-label="Pages of the plane"><ul>${links}</ul></nav>`}
${live}
</div></header>
<main id="main" tabindex="-1" data-version="${version ?? ""}" data-now="${now}">
${main}
</main>
<footer>${operator === undefined ? "Not signed in" : html`Signed in as ${operator}`}. Times are in UTC.</footer>
</body>
</html>
`;
  return new Response(text.toString(), {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": securityPolicy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cache-control": "no-store",
      vary: "accept",
    },
  });
}
