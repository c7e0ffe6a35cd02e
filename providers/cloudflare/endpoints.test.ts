import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const sdk = join(dirname(createRequire(import.meta.url).resolve("cloudflare")), "resources");

/** Every `METHOD /path` that the official SDK knows, each slot as `*`. */
function sdkEndpoints(): Set<string> {
  const files = readdirSync(sdk, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".mjs"));
  const call = /_client\.(get|post|put|patch|delete|getAPIList)\((?:path ?)?[`'"]([^`'"]+)[`'"](.{0,160})/g;
  const found = files.flatMap((file) =>
    [...readFileSync(join(sdk, file), "utf8").matchAll(call)].map(([, method = "", path = ""]) => {
      const verb = method === "getAPIList" ? "GET" : method.toUpperCase();
      return `${verb} ${path.replace(/\$\{[^}]+\}/g, "*")}`;
    }),
  );
  return new Set(found);
}

/** Every request line and path in the resource tables. */
function tableEndpoints(): string[] {
  const folder = join(import.meta.dirname, "resources");
  const text = readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
  const paths = [...text.matchAll(/["`](?:(GET|POST|PUT|PATCH|DELETE) )?(\/[^"`]*)["`]/g)];
  return paths.map(([, method = "", path = ""]) => `${method} ${path}`.trim());
}

/** Paths of the recorded official plugin or of lists in the SDK, which writes them in another way. */
const beyondTheSdk = new Set(["POST /accounts/*/secrets_store/stores/*/secrets"]);

describe("the resource tables", () => {
  it("name only endpoints that the official SDK has", () => {
    const known = sdkEndpoints();
    const paths = new Set([...known].map((line) => line.split(" ")[1] ?? ""));
    const unknown = tableEndpoints()
      .map((line) => line.replaceAll("{scope}", "*/*").replace(/\{\w+\}/g, "*"))
      .filter((line) => !line.includes("$"))
      .filter((line) => !(line.includes(" ") ? known.has(line) || beyondTheSdk.has(line) : paths.has(line)));
    expect(unknown).toEqual([]);
    expect(known.size).toBeGreaterThan(500);
  });
});
