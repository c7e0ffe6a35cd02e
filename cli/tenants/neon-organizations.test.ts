import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../user-error.ts";
import { localNeonKey, localOrganizations, neonKey, neonOrganizations } from "./neon-organizations.ts";

const folder = mkdtempSync(join(tmpdir(), "organizations-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (list: unknown) => {
  const path = join(folder, "Pulumi.yaml");
  writeFileSync(path, JSON.stringify({ config: { "chittyops:neonOrganizations": list } }));
  return path;
};
const cloud = {
  neonOrganizations: [
    { name: "first", id: "org-first-1", plan: "scale" as const },
    { name: "second", id: "org-second-2", plan: "launch" as const },
  ],
};
const said = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return [error.message, ...error.details, error.expected].join(" ");
    throw error;
  }
  return undefined;
};

describe("the Neon organizations of tenants", () => {
  it("are the configured ones in their order, with what their plans allow in local", () => {
    const list = file([{ name: "second" }, { name: "first", projects: 5 }]);
    expect(neonOrganizations("local", cloud, list)).toEqual([
      { id: "org-second-2", projects: 100 },
      { id: "org-first-1", projects: 5 },
    ]);
    const ids = file([{ id: "org-a-1", projects: 1_000 }]);
    expect(neonOrganizations("prod", undefined, ids)).toEqual([{ id: "org-a-1", projects: 1_000 }]);
  });

  it("are one for each account and the configured ones in the embedded cloud", () => {
    expect(localOrganizations(file([{ name: "more" }])).map(({ name }) => name)).toEqual([
      "chittyos",
      "digital-dossier",
      "more",
    ]);
  });

  it.each([
    ["no list", "many"],
    ["an id that is none", [{ id: "Quiet River", projects: 10 }]],
    ["no number of projects", [{ id: "org-a-1" }]],
    ["projects that are none", [{ name: "first", projects: 0 }]],
    ["a field of its own", [{ name: "first", plan: "scale" }]],
  ])("are refused for %s", (_what, list) => {
    expect(said(() => neonOrganizations("local", cloud, file(list)))).toContain("cannot be read");
  });

  it("are refused where one is not there, and where a real environment names it", () => {
    const list = file([{ name: "third" }]);
    expect(said(() => neonOrganizations("local", cloud, list))).toContain(
      '"third", which is not there. one of first, second',
    );
    expect(said(() => neonOrganizations("prod", undefined, list))).toContain("names are of local only");
    expect(said(() => neonOrganizations("local", cloud, join(folder, "none.yaml")))).toContain("cannot be read");
  });

  it("have a key each", () => {
    const tokens = { neon: { first: "k1", second: "k2" } };
    expect(localNeonKey("org-second-2", { daemon: cloud, tokens })).toBe("k2");
    expect(localNeonKey(undefined, { daemon: cloud, tokens })).toBeUndefined();
    const environment = { NEON_API_KEY: "for all", NEON_API_KEY_ORG_QUIET_RIVER_1: "its own" };
    expect([neonKey("org-quiet-river-1", environment), neonKey("org-other-2", environment)]).toEqual([
      "its own",
      "for all",
    ]);
    expect(neonKey(undefined, {})).toBe("");
  });
});
