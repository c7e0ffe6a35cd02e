import { createHash } from "node:crypto";
import { dashboardScript } from "./dashboard-script.ts";
import { dashboardStyle } from "./dashboard-style.ts";

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8" fill="#0550ae"/><path d="m3 9 2.5-.1L7 4l2.5 8L11 8.9l2 .1" fill="none" stroke="#fff" stroke-width="1.5"/></svg>`;

interface Asset {
  body: string;
  type: string;
  /** Holds the hash of the content, so that it may be kept for ever. */
  path: string;
}

function asset(extension: string, type: string, body: string): Asset {
  const digest = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return { body, type, path: `/assets/${digest}.${extension}` };
}

export const style = asset("css", "text/css; charset=utf-8", dashboardStyle);
export const script = asset("js", "text/javascript; charset=utf-8", dashboardScript);
export const favicon = asset("svg", "image/svg+xml", icon);

const assets = new Map([style, script, favicon].map((one) => [one.path, one]));

/** What pages load besides themselves, or nothing where there is no such thing. */
export function assetResponse(path: string): Response | undefined {
  const found = assets.get(path);
  return (
    found &&
    new Response(found.body, {
      headers: {
        "content-type": found.type,
        "cache-control": "public, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
      },
    })
  );
}
