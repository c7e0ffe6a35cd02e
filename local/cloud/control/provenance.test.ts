import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { provenanceOf, sentByPlugin, sentByWrangler, unpublished } from "./provenance.ts";
import { apiRoutes } from "./routes.ts";

/** Parameters of a path, in a template string or of ours, without their names. */
const shape = (path: string) => path.replaceAll(/\$\{[^}]*\}|:\w+(\{[^}]*\})?/g, ":");
const keyOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

/** Every method and path that the SDK's code calls. */
function publishedRoutes(): Set<string> {
  const resources = join(dirname(createRequire(import.meta.url).resolve("cloudflare")), "resources");
  const call =
    /_client\.(get|post|put|patch|delete|getAPIList)\(\s*(?:\(0, path_1\.path\) )?[`'"]([^`'"]+)[`'"]([^;]{0,400})/g;
  const published = new Set<string>();
  for (const file of readdirSync(resources, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".js")) continue;
    for (const [, verb = "", path = "", rest = ""] of readFileSync(join(resources, file), "utf8").matchAll(call)) {
      const method = verb === "getAPIList" ? (/method: '(\w+)'/.exec(rest)?.[1] ?? "get") : verb;
      for (const owner of ["/accounts/", "/zones/"]) {
        published.add(`${method.toUpperCase()} ${shape(path.replace(/^\/\$\{accountOrZone\}\//, owner))}`);
      }
    }
  }
  return published;
}

describe("how sure we are of a route", () => {
  it("names routes that there are", () => {
    const known = apiRoutes.map(keyOf);
    expect([...sentByPlugin, ...sentByWrangler, ...unpublished].filter((route) => !known.includes(route))).toEqual([]);
  });

  it("is a guess exactly where no client was watched and the SDK has no such route", () => {
    const published = publishedRoutes();
    const guesses = apiRoutes.filter(
      (route) => provenanceOf(route) !== "recorded" && !published.has(`${route.method} ${shape(route.path)}`),
    );
    expect(guesses.map(keyOf).sort()).toEqual([...unpublished].sort());
  });
});
