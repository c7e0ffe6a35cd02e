import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const sdk = join(dirname(createRequire(import.meta.url).resolve("cloudflare")), "resources");

/** A pattern for every request line (`PUT /zones/…/settings/…`) that the official SDK can send. */
export function sdkEndpoints(): RegExp[] {
  const files = readdirSync(sdk, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".mjs"));
  const lines = files.flatMap((file) => requestLines(readFileSync(join(sdk, file), "utf8")));
  return [...new Set(lines)].map((line) => new RegExp(`^${line}$`));
}

function requestLines(source: string): string[] {
  const call = /_client\.(get|post|put|patch|delete|getAPIList)\((?:path ?)?[`'"]([^`'"]+)[`'"]([^;]{0,200})/g;
  return [...source.matchAll(call)].map(([, method = "", path = "", rest = ""]) => {
    const listMethod = /method: '(\w+)'/.exec(rest)?.[1] ?? "get";
    const verb = (method === "getAPIList" ? listMethod : method).toUpperCase();
    return `${verb} ${path.replace(/\$\{[^}]+\}/g, "[^/?]+")}`;
  });
}
