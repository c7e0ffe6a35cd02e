import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { baseline } from "../baseline/pack.ts";
import { minTls } from "../baseline/rules/min-tls.ts";
import { graph, node, urnOf } from "../testing/node.ts";
import { violationHash } from "./evaluate.ts";
import { judge } from "./judge.ts";
import { loadWaivers, type WaiverFile, waiverProblems } from "./load-waivers.ts";
import { unknown } from "./value.ts";

const zoneSetting = "cloudflare:index/zoneSetting:ZoneSetting";
const script = "cloudflare:index/workersScript:WorkersScript";
const setting = (value: string | typeof unknown) =>
  graph(node(zoneSetting, "tls", { props: { settingId: "min_tls_version", value } }));

/** A waiver of what min-tls says of a setting that is too old. */
function waiverFor(urn: string): WaiverFile {
  const finding = { rule: minTls, node: { urn, type: zoneSetting, name: "tls" } };
  const waiver = {
    ...{ id: "old-clients", policy: "min-tls", urn, category: "waiver" as const, ticket: "T-1" },
    ...{ reason: "Old scanners of the court cannot do better", compensatingControl: "A private network" },
    ...{ requester: "ann", approver: "ben", approvedOn: "2026-01-01", expiresOn: "2026-12-31" },
    violationHash: violationHash({ ...finding, message: "it takes an older version" }),
  };
  return { file: "old-clients.yaml", sha256: "", urn, waiver, problems: [] };
}

const own = waiverFor(urnOf(zoneSetting, "tls"));
const judged = (value: string | typeof unknown, files: readonly WaiverFile[], subject: "plan" | "state" = "plan") => {
  const { compliant, waivers } = judge(setting(value), [baseline], files, subject);
  return { compliant, waivers: waivers.length, problems: waivers.flatMap(({ problems }) => problems).length };
};

describe("a verdict", () => {
  it("lets a plan have open rules, and a state none", () => {
    expect(judged(unknown, [])).toMatchObject({ compliant: true });
    expect(judged(unknown, [], "state")).toMatchObject({ compliant: false });
  });

  it("calls a waiver unused where the rule holds, and not where it has no answer yet", () => {
    expect(judged("1.0", [own])).toEqual({ compliant: true, waivers: 1, problems: 0 });
    expect(judged("1.2", [own])).toEqual({ compliant: false, waivers: 1, problems: 1 });
    expect(judged(unknown, [own])).toEqual({ compliant: true, waivers: 1, problems: 0 });
    const { waivers } = judge(setting("1.2"), [{ ...baseline, rules: [] }], [own], "plan");
    expect(waiverProblems(waivers)).toEqual([]);
  });

  it("leaves the waivers of other stacks alone, whatever is wrong with them, and no file that names none", () => {
    const dev = waiverFor(own.urn?.replace(":prod::", ":dev::") ?? "");
    const expired = { ...dev, waiver: undefined, problems: ["expiresOn: has passed"] };
    expect(judged("1.2", [dev, expired])).toEqual({ compliant: true, waivers: 0, problems: 0 });
    expect(judged("1.2", [{ ...expired, urn: undefined }])).toEqual({ compliant: false, waivers: 1, problems: 1 });
  });

  it("takes two waivers of one id for none", () => {
    const folder = mkdtempSync(join(tmpdir(), "chittyops-waivers-"));
    try {
      for (const name of ["a", "b"]) writeFileSync(join(folder, `${name}.yaml`), JSON.stringify(own.waiver));
      const files = loadWaivers(new Set(["min-tls"]), "2026-11-26", folder);
      expect(waiverProblems(files)).toEqual([
        "a.yaml: id: is also that of b.yaml",
        "b.yaml: id: is also that of a.yaml",
      ]);
      expect(judged("1.0", files).compliant).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("a script that had an upload before it", () => {
  const service = node("chittyops:index:ChittyService", "a", {
    props: { bindingNames: ["DB"], sharedStores: ["f00"] },
  });
  const first = node(script, "a-migration-v1", { parent: service.urn, props: { scriptName: "a" } });
  const last = node(script, "a-script", {
    parent: service.urn,
    props: {
      scriptName: "a",
      bindings: [{ name: "DB", type: "d1", id: "f00" }],
      tailConsumers: [{ service: "track" }],
    },
    dependencies: [first.urn],
  });

  it("is judged by what runs, and may bind a store that is declared shared", () => {
    const found = judge(graph(service, first, last), [baseline], [], "state").findings.filter(
      ({ state }) => state !== "pass" && state !== "not-applicable",
    );
    expect(found).toEqual([]);
    const foreign = { ...service, props: { ...service.props, sharedStores: [] } };
    const { findings } = judge(graph(foreign, first, last), [baseline], [], "state");
    expect(findings.filter(({ state }) => state === "fail").map(({ rule, node }) => [rule.id, node.name])).toEqual([
      ["no-foreign-store", "a-script"],
    ]);
  });

  it("is found to lack a binding that only the upload before it had", () => {
    const moved = { ...last, props: { ...last.props, bindings: [] } };
    const before = { ...first, props: { ...first.props, bindings: [{ name: "DB", type: "d1", id: "f00" }] } };
    const { findings } = judge(graph(service, before, moved), [baseline], [], "state");
    expect(findings.filter(({ state }) => state === "fail").map(({ message }) => message)).toEqual([
      "a-script lacks DB",
    ]);
  });
});
