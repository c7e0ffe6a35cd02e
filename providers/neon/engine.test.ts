import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { repositoryRoot } from "../../local/engine/home.ts";
import { EngineProject } from "../../local/engine/testing/engine-project.ts";
import { type EmbeddedNeon, embeddedNeon } from "./testing/embedded-neon.ts";

const program = `
import * as neon from "${repositoryRoot}/providers/neon/sdk/index.ts";
const { TRIAL_REGION: regionId = "aws-us-east-2", TRIAL_DATABASE: databaseName = "ledger" } = process.env;
const allowDataLoss = process.env.TRIAL_ALLOW === "yes";
const provider = new neon.Provider("neon", { apiKey: process.env.NEON_API_KEY });
const project = new neon.Project("finance", {
  name: "finance", regionId, pgVersion: 18, databaseName, roleName: "owner", allowDataLoss,
}, { provider });
const at = { projectId: project.id, branchId: project.defaultBranchId };
const app = new neon.Role("app", { ...at, name: "app" }, { provider });
const audit = new neon.Database("audit", { ...at, name: "audit", ownerName: app.name, allowDataLoss }, { provider });
const preview = new neon.Branch("preview", { projectId: project.id, name: "preview" }, { provider });
new neon.Endpoint("reader", { projectId: project.id, branchId: preview.id, type: "read_write" }, { provider });
new neon.SnapshotSchedule("nightly", { ...at, schedule: [{ frequency: "daily", hour: 3, retentionSeconds: 86400 }] }, { provider });
export const uri = project.connectionUri;
export const password = app.password;
export const port = project.port;
`;

const mistakes = `
import * as neon from "${repositoryRoot}/providers/neon/sdk/index.ts";
const provider = new neon.Provider("neon", { orgId: "Not An Id" });
new neon.Project("finance", { name: "${"x".repeat(257)}", regionId: "mars-1" }, { provider });
`;

let cloud: EmbeddedNeon;
beforeAll(async () => {
  cloud = await embeddedNeon();
}, 120_000);
afterAll(() => cloud.stop());
beforeEach(() => {
  vi.stubEnv("NEON_API_KEY", cloud.apiKey);
  vi.stubEnv("NEON_BASE_URL", cloud.baseUrl);
  return () => {
    vi.unstubAllEnvs();
  };
});

async function started(text: string) {
  const plugins = `plugins: { providers: [{ name: neon, path: "${repositoryRoot}/providers/neon/bin" }] }`;
  const project = new EngineProject({
    "Pulumi.yaml": `name: trial\nruntime: { name: nodejs, options: { typescript: false } }\n${plugins}\n`,
    "index.ts": text,
  });
  await project.pulumi("stack", "init", "trial");
  return project;
}

/** Everything that the backend has on disk. */
function stateOnDisk(project: EngineProject): string {
  const folder = join(project.folder, "state");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")).join("\n");
}

describe("the real engine with the Neon plugin", () => {
  it("previews, makes, leaves alone, changes, refuses to lose data, and removes, and shows no secret anywhere", async () => {
    const project = await started(program);
    const shown: string[] = [];
    const run = async (fails: boolean, text: RegExp, ...args: string[]) => {
      const { code, output } = await project.pulumi(...args);
      shown.push(output);
      expect(output).toMatch(text);
      expect(code === 0, output).toBe(!fails);
    };
    const up = ["up", "--yes", "--skip-preview", "--diff"];
    await cloud.sent();
    await run(false, /8 to create/, "preview", "--diff");
    expect(await cloud.sent()).toEqual([]);
    await run(false, /8 created/, ...up);
    const changing = (await cloud.sent()).filter((request) => !request.startsWith("GET "));
    expect(changing.map((request) => request.replace(/\/projects\/.*\//, "/projects/…/"))).toEqual(
      expect.arrayContaining(["POST /projects", "POST /projects/…/roles", "POST /projects/…/databases"]),
    );
    expect(changing).toHaveLength(6);
    await run(false, /8 unchanged/, ...up, "--refresh", "--expect-no-changes");

    const uri = await project.pulumi("stack", "output", "uri", "--show-secrets");
    const password = await project.pulumi("stack", "output", "password", "--show-secrets");
    expect(uri.output).toMatch(/^postgresql:\/\/owner:/);
    const secrets = [cloud.apiKey, new URL(uri.output.trim()).password, password.output.trim()];

    vi.stubEnv("TRIAL_DATABASE", "books");
    await run(false, /databaseName: "ledger" => "books"/, "preview", "--diff");
    await run(false, /1 updated/, ...up);

    vi.stubEnv("TRIAL_REGION", "aws-us-east-1");
    await run(true, /The project finance would be replaced, and its data be lost, because regionId changed/, "preview");
    vi.unstubAllEnvs();
    vi.stubEnv("NEON_API_KEY", cloud.apiKey);
    vi.stubEnv("NEON_BASE_URL", cloud.baseUrl);

    await run(
      true,
      /The database audit is not deleted, since its data would be lost/,
      "destroy",
      "--yes",
      "--skip-preview",
    );
    vi.stubEnv("TRIAL_ALLOW", "yes");
    await run(false, /created|updated/, ...up);
    const [before] = (await cloud.client.listProjects({ limit: 100 })).data.projects;
    vi.stubEnv("TRIAL_REGION", "aws-us-east-1");
    await run(false, /replaced/, ...up);
    const after = (await cloud.client.listProjects({ limit: 100 })).data.projects;
    expect(after).toMatchObject([{ name: "finance", region_id: "aws-us-east-1" }]);
    expect(after[0]?.id).not.toBe(before?.id);
    await run(false, /8 deleted/, "destroy", "--yes", "--skip-preview", "--diff");
    expect((await cloud.client.listProjects({ limit: 100 })).data.projects).toEqual([]);
    expect(secrets.every((secret) => secret.length > 20)).toBe(true);
    for (const secret of secrets) {
      expect(shown.join("\n")).not.toContain(secret);
      expect(stateOnDisk(project)).not.toContain(secret);
    }
  });

  it("reports every mistake of a resource at once, as the user's and not as a crash", async () => {
    const project = await started(mistakes.replace(', { orgId: "Not An Id" }', ""));
    const { code, output } = await project.pulumi("preview");
    expect(code).not.toBe(0);
    expect(output).toContain("name must have at most 256 characters, found 257");
    expect(output).toMatch(/regionId must be one of Neon's regions \(.*\), found mars-1/);
    expect(output).not.toMatch(/\n\s+at .*\.(ts|mjs):\d+/);
    const provider = await (await started(mistakes)).pulumi("preview");
    expect(provider.output).toContain("orgId must be an organization's id such as");
  });

  it("imports a project by its id", async () => {
    const { data } = await cloud.client.createProject({ project: { name: "by hand", pg_version: 18 } });
    const project = await started("export {};");
    const imported = await project.pulumi(
      "import",
      "neon:index:Project",
      "found",
      data.project.id,
      "--yes",
      "--generate-code=false",
    );
    expect(imported.code, imported.output).toBe(0);
    const { output } = await project.pulumi("stack", "export");
    const { deployment } = JSON.parse(output) as { deployment: { resources: object[] } };
    const inputs = expect.objectContaining({ name: "by hand", databaseName: "neondb" });
    expect(deployment.resources).toContainEqual(
      expect.objectContaining({ type: "neon:index:Project", id: data.project.id, inputs }),
    );
    expect(output).not.toContain(data.roles[0]?.password ?? "no password");
  });
});
