import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { Branding } from "../../contracts/branding.ts";

/** Markup that is safe already: made by `html`, which escapes what it is given. */
type Markup = ReturnType<typeof html>;

/** A whole page in a tenant's colours, under its name and logo. It runs no script and loads nothing but the logo. */
export async function brandedPage(
  branding: Branding,
  { title, body }: { title: string; body: Markup },
): Promise<Response> {
  const { name, logo, domain } = branding;
  const style = styleOf(branding);
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${name}</title>
<style>${raw(style)}</style>
</head>
<body>
<header>
${logo === undefined ? "" : html`<img src="${logo}" alt="" height="48">`}
<p class="name">${name}</p>
</header>
<main>
<h1>${title}</h1>
${body}
</main>
<footer><p>${domain}</p></footer>
</body>
</html>
`;
  return new Response(page.toString(), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policyOf(style, logo),
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    },
  });
}

/** Colours are checked by the contract: six digits each. */
function styleOf({ colours }: Branding): string {
  return `:root{color-scheme:light}
body{margin:0;font:1rem/1.5 system-ui,sans-serif;color:${colours.text};background:${colours.background}}
header,main,footer{max-width:60rem;margin:auto;padding:1rem}
header{display:flex;gap:1rem;align-items:center;border-bottom:2px solid ${colours.accent}}
.name{font-weight:600}
h1,a{color:${colours.accent}}
.button{display:inline-block;padding:.5rem 1rem;background:${colours.accent};color:${colours.onAccent};text-decoration:none}
table{border-collapse:collapse}
th,td{padding:.25rem 1rem .25rem 0;text-align:left}`;
}

function policyOf(style: string, logo: string | undefined): string {
  const digest = createHash("sha256").update(style).digest("base64");
  const images = logo === undefined ? "'none'" : logo.startsWith("data:") ? "data:" : new URL(logo).origin;
  return [
    "default-src 'none'",
    `style-src 'sha256-${digest}'`,
    `img-src ${images}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
