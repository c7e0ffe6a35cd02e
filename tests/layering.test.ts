import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cruise } from "dependency-cruiser";
import { describe, expect, it } from "vitest";
import config from "../.dependency-cruiser.mjs";
import { chittyopsHome } from "../local/engine/home.ts";

/** Names of the rules broken by files that import each other as given. */
async function brokenRules(imports: Record<string, string[]>): Promise<string[]> {
  const root = mkdtempSync(join(chittyopsHome(), "layering-"));
  for (const [file, targets] of Object.entries(imports)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    const up = "../".repeat(file.split("/").length - 1);
    writeFileSync(
      join(root, file),
      targets.map((target) => `import "${target.startsWith("node:") ? "" : up}${target}";`).join("\n"),
    );
  }
  const { options, forbidden } = config;
  const { tsConfig: _, ...withoutProject } = options;
  const { output } = await cruise(["."], { ...withoutProject, baseDir: root, validate: true, ruleSet: { forbidden } });
  if (typeof output === "string") throw new Error("expected a result, not a text");
  return output.summary.violations.map(({ rule }) => rule.name);
}

describe("the layering rules", () => {
  it.each<[string, string, string]>([
    ["components", "cli", "components-uses-only-"],
    ["components", "local", "components-uses-only-"],
    ["components", "runtime", "components-uses-only-"],
    ["catalog", "components", "catalog-uses-only-contracts"],
    ["contracts", "catalog", "contracts-uses-only-itself"],
    ["policies", "components", "policies-uses-only-"],
    ["runtime", "local", "runtime-uses-only-contracts"],
    ["local", "catalog", "local-uses-only-contracts"],
    ["providers", "contracts", "providers-uses-only-database"],
    ["stacks", "local", "stacks-uses-only-"],
    ["cli", "stacks", "nobody-uses-stacks"],
    ["tests", "stacks", ""],
    ["stacks", "components", ""],
    ["components", "catalog", ""],
    ["cli", "components", ""],
  ])("%s importing %s breaks %j", async (from, to, rule) => {
    const broken = await brokenRules({ [`${from}/a.ts`]: [`${to}/b.ts`], [`${to}/b.ts`]: [] });
    if (rule === "") expect(broken).toEqual([]);
    else expect(broken).toContainEqual(expect.stringContaining(rule));
  });

  it("forbid a cycle", async () => {
    expect(await brokenRules({ "cli/a.ts": ["cli/b.ts"], "cli/b.ts": ["cli/a.ts"] })).toContain("no-cycles");
  });

  it("allow Node's own modules anywhere", async () => {
    expect(await brokenRules({ "local/a.ts": ["node:v8", "node:fs/promises"] })).toEqual([]);
  });

  it("let a test look further than what it tests", async () => {
    expect(await brokenRules({ "components/a.test.ts": ["local/b.ts"], "local/b.ts": [] })).toEqual([]);
  });
});
