import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { VerdictSummary } from "../cli/policies/show-verdict.ts";
import { parseReview } from "../policies/evidence/review.ts";
import { Estate } from "./harness/estate.ts";
import { validateOscal, validateSarif } from "./harness/validators.ts";

const broken = { CHITTYOPS_TEST_EDIT: "without-consumer" };

describe("a stack that breaks a rule", { timeout: 600_000 }, () => {
  let estate: Estate;
  let found: VerdictSummary["findings"];
  beforeAll(() => {
    estate = new Estate();
    mkdirSync(waivers());
  });
  afterAll(() => estate[Symbol.asyncDispose]());

  const waivers = () => join(estate.home, "waivers");
  const settings = () => ({ ...broken, CHITTYOPS_WAIVERS: waivers() });

  it("is refused by the preview, which shows what is broken and what is open", async () => {
    const { code, stdout, stderr } = await estate.run(["preview", "-e", "prod", "--offline", "--json"], broken);
    const { rules } = JSON.parse(stdout) as { rules: VerdictSummary };
    found = rules.findings.filter(({ state }) => state === "fail");
    expect(found.map(({ policy, name }) => `${policy} ${name}`)).toEqual([
      "orphan-queue chittyledger-events",
      "orphan-queue chittyledger-events-dead",
    ]);
    expect({ code, compliant: rules.compliant }).toEqual({ code: 1, compliant: false });
    expect(stderr).toContain("The plan of chittyops/prod is not compliant.");
    expect(stderr).toContain("orphan-queue: chittyledger-events: nothing consumes it. Declare the consumer");
  });

  it("is compliant with a waiver of each violation, and the evidence holds until a byte of it is changed", async () => {
    for (const { policy, urn, name, violationHash } of found) {
      const today = new Date().toISOString().slice(0, 10);
      const waiver = {
        ...{
          id: name,
          policy,
          urn,
          category: "waiver",
          reason: "Its consumer comes with the next release of the ledger",
        },
        ...{ compensatingControl: "An alert on the length of the queue", requester: "ann", approver: "ben" },
        ...{ ticket: "T-1", approvedOn: today, expiresOn: today, violationHash },
      };
      writeFileSync(join(waivers(), `${name}.yaml`), JSON.stringify(waiver));
    }
    const { stdout } = await estate.succeed(["review", "-e", "prod", "--json"], settings());
    const { folder, sentence } = JSON.parse(stdout) as { folder: string; sentence: string };
    expect(sentence).toContain("2 violations waived");
    const review = parseReview(readFileSync(join(folder, "records.json"), "utf8"));
    expect(review).toMatchObject({ project: "chittyops", stack: "prod", subject: "plan", waiverProblems: [] });
    expect(review.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(review.packs.every(({ digest }) => /^[0-9a-f]{64}$/.test(digest))).toBe(true);
    expect(review.waivers.map(({ file }) => file)).toEqual([
      "policies/waivers/chittyledger-events-dead.yaml",
      "policies/waivers/chittyledger-events.yaml",
    ]);
    // Every rule left a record of every resource.
    const resources = new Set(review.records.map(({ resource }) => resource.urn));
    expect(review.records).toHaveLength(review.rules.length * resources.size);

    // Outside validators are fetched from their registries: too much for each run of the tests.
    if (process.env.CHITTYOPS_TEST_FULL === "1") {
      // They write beside what they read.
      const copy = join(estate.home, "validated");
      cpSync(folder, copy, { recursive: true });
      expect(await validateSarif(join(copy, "results.sarif"))).not.toMatch(/: error /);
      const plan = join(copy, "oscal-assessment-plan.json");
      const said = await validateOscal({ plan, results: join(copy, "oscal-assessment-results.json") });
      expect(said.match(/VALID: Model/g)).toHaveLength(2);
      expect(said).not.toContain("INVALID");
    }
    await estate.succeed(["review", "verify", folder]);
    const page = join(folder, "report.html");
    writeFileSync(page, readFileSync(page, "utf8").replace("Compliant", "compliant"));
    const tampered = await estate.run(["review", "verify", folder, "--json"]);
    expect({ code: tampered.code, ...JSON.parse(tampered.stdout) }).toMatchObject({
      code: 1,
      holds: false,
      problems: ["report.html: was changed"],
    });
  });

  it("is reviewed as it was made, from an exported state of its own and of no other", async () => {
    const type = "cloudflare:index/zoneSetting:ZoneSetting";
    const file = join(estate.home, "exported.json");
    const write = (project: string) => {
      const urn = `urn:pulumi:prod::${project}::${type}::tls`;
      const outputs = { settingId: "min_tls_version", value: "1.0" };
      const resources = [{ urn, type, custom: true, id: "tls", inputs: {}, outputs }];
      writeFileSync(file, JSON.stringify({ version: 3, deployment: { resources } }));
    };
    write("chittyops");
    const broken = await estate.run(["review", "-e", "prod", "--state", file, "--json"]);
    const { findings, sentence } = JSON.parse(broken.stdout) as VerdictSummary & { sentence: string };
    expect(broken.code).toBe(1);
    expect(findings.map(({ policy, state, name }) => `${policy} ${state} ${name}`)).toContain("min-tls fail tls");
    expect(sentence).toMatch(/^Not compliant: chittyops\/prod as deployed has \d mandatory rules? broken/);
    write("chittyops-cook-county");
    const other = await estate.run(["review", "-e", "prod", "--state", file]);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain(`is of another stack: urn:pulumi:prod::chittyops-cook-county::${type}::tls`);
  });

  it("has its waivers checked: every mistake of every file at once", async () => {
    rmSync(waivers(), { recursive: true });
    mkdirSync(waivers());
    writeFileSync(
      join(waivers(), "bad.yaml"),
      [
        'id: "Bad Id"',
        "policy: no-such-rule",
        "urn: urn:pulumi:production::*",
        "category: exception",
        "reason: because",
        'compensatingControl: ""',
        "requester: Ann",
        "approver: ' ann'",
        "approvedOn: 2024-01-01",
        "expiresOn: 2026-01-02",
        "violationHash: abc",
      ].join("\n"),
    );
    const { code, stdout } = await estate.run(["waivers", "check", "--json"], settings());
    const { problems } = JSON.parse(stdout) as { problems: string[] };
    const fields = problems.map((problem) => problem.split(": ").slice(0, 2).join(" "));
    expect(code).toBe(1);
    expect([...new Set(fields)].sort()).toEqual(
      ["approver", "category", "compensatingControl", "expiresOn", "id", "policy", "reason", "ticket", "urn"]
        .concat("violationHash")
        .map((field) => `bad.yaml ${field}`),
    );
    // Too long and over already.
    expect(problems.filter((problem) => problem.includes("expiresOn"))).toHaveLength(2);
    const listed = await estate.succeed(["waivers", "list"], settings());
    expect(listed.stdout).toContain(`no: ${problems.length} mistakes`);
  });
});
