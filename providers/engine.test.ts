import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { EngineProject } from "../local/engine/testing/engine-project.ts";
import { listeningCloud } from "./testing/listening-cloud.ts";

const canaries = { text: "canary-text-5d1f", environment: "canary-environment-77ab", value: "canary-value-c0de" };
const code = 'export default { async fetch() { return new Response("ok") } }\n';
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

const imports = `
import * as cloudflare from "@pulumi/cloudflare";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
const accountId = process.env.TRIAL_ACCOUNT;
`;

/** Everything that a secret can pass through: a Worker's binding, a store's secret, a command's environment and output. */
const estate = `${imports}
const provider = new cloudflare.Provider("cf", { baseUrl: process.env.CLOUDFLARE_BASE_URL });
const password = new random.RandomPassword("password", { length: 32 });
const cache = new cloudflare.WorkersKvNamespace("cache", { accountId, title: "cache" }, { provider });
const store = new cloudflare.SecretsStore("store", { accountId, name: "store" }, { provider });
const stored = new cloudflare.SecretsStoreSecret("stored", {
  accountId, storeId: store.id, name: "VALUE", value: pulumi.secret("${canaries.value}"), scopes: ["workers"],
}, { provider });
const script = new cloudflare.WorkersScript("svc", {
  accountId,
  scriptName: "svc",
  mainModule: "worker.mjs",
  contentFile: "../dist/worker.mjs",
  contentSha256: "${sha256(code)}",
  compatibilityDate: "2026-01-01",
  bindings: [
    { name: "CACHE", type: "kv_namespace", namespaceId: cache.id },
    { name: "MODE", type: "plain_text", text: process.env.TRIAL_MODE ?? "first" },
    { name: "PASSWORD", type: "secret_text", text: password.result },
    { name: "TEXT", type: "secret_text", text: pulumi.secret("${canaries.text}") },
  ],
}, { provider, additionalSecretOutputs: ["bindings"] });
const entry = new cloudflare.WorkersKv("entry", {
  accountId, namespaceId: cache.id, keyName: "svc", value: pulumi.jsonStringify({ script: script.scriptName }),
}, { provider });
const gate = new command.local.Command("gate", {
  create: process.env.TRIAL_COMMAND ?? "echo checked $TOKEN",
  environment: { TOKEN: pulumi.secret("${canaries.environment}") },
  triggers: [script.etag],
});
export const printed = gate.stdout;
`;

const mistakes = `${imports}
new cloudflare.WorkersScript("script", { accountId: 3, scriptName: "svc", contentFile: "../dist/worker.mjs", contentSha256: "00" });
`;

const waiting = `${imports}
new command.local.Command("gate", { create: process.env.TRIAL_COMMAND });
`;

let listening: Awaited<ReturnType<typeof listeningCloud>>;

beforeAll(async () => {
  listening = await listeningCloud();
});
afterAll(() => listening.stop());
beforeEach(() => {
  vi.stubEnv("CLOUDFLARE_API_TOKEN", listening.cloud.token);
  vi.stubEnv("CLOUDFLARE_BASE_URL", listening.baseUrl);
  vi.stubEnv("TRIAL_ACCOUNT", listening.cloud.account);
  return () => {
    vi.unstubAllEnvs();
  };
});

/** A project of which the engine runs the folder `stack`, with a stack in it. */
async function started(program: string) {
  const project = new EngineProject({
    "Pulumi.yaml": "name: trial\nmain: stack\nruntime: { name: nodejs, options: { typescript: false } }\n",
    "stack/index.ts": program,
    "stack/package.json": '{ "type": "module", "main": "index.ts" }',
    "dist/worker.mjs": code,
  });
  await project.pulumi("stack", "init", "trial");
  const up = (...more: string[]) => project.pulumi("up", "--yes", "--skip-preview", "--diff", ...more);
  return { project, up };
}

/** Everything that the backend has on disk. */
function stateOnDisk(project: EngineProject): string {
  const folder = join(project.folder, "state");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")).join("\n");
}

describe("the real engine with the built-in plugins", () => {
  it("previews, makes, leaves alone, changes, fails and removes, and shows no secret anywhere", async () => {
    const { project, up } = await started(estate);
    const shown: string[] = [];
    const expectShown = ({ code: exit, output }: { code: number | null; output: string }, ...texts: RegExp[]) => {
      expect(exit, output).toBe(0);
      for (const text of texts) expect(output).toMatch(text);
      shown.push(output);
    };
    expectShown(await project.pulumi("preview", "--diff"), /9 to create/);
    expect(listening.sent).toEqual([]);
    expectShown(await up(), /9 created/);
    expectShown(await up("--refresh", "--expect-no-changes"), /9 unchanged/);

    vi.stubEnv("TRIAL_MODE", "second");
    const before = listening.sent.length;
    expectShown(await up(), /text: "first"\s*=> "second"/, /1 updated/, /8 unchanged/);
    const script = `/accounts/${listening.cloud.account}/workers/scripts/svc`;
    expect(listening.sent.slice(before)).toEqual([`PUT ${script}`]);

    vi.stubEnv("TRIAL_COMMAND", "echo failing with $TOKEN; env; exit 3");
    const failed = await up();
    expect(failed.code).not.toBe(0);
    expect(failed.output).toContain("exit status 3: running");
    shown.push(failed.output);
    const printed = await project.pulumi("stack", "output", "printed", "--show-secrets");
    expect(printed.output.trim()).toBe(`checked ${canaries.environment}`);
    expectShown(await project.pulumi("destroy", "--yes", "--skip-preview", "--diff"), /9 deleted/);
    for (const secret of [...Object.values(canaries), listening.cloud.token]) {
      expect(shown.join("\n")).not.toContain(secret);
      expect(stateOnDisk(project)).not.toContain(secret);
    }
  });

  it("reports every mistake of a resource at once, as the user's and not as a crash", async () => {
    const { project } = await started(mistakes);
    const { code: exit, output } = await project.pulumi("preview");
    expect(exit).not.toBe(0);
    expect(output).toContain("accountId must be a string, found a number");
    expect(output).toContain("contentSha256 does not match ../dist/worker.mjs");
    expect(output).not.toMatch(/\n\s+at .*\.(ts|mjs):\d+/);
  });

  it("imports a resource by its id", async () => {
    const { project } = await started("export {};");
    const made = await listening.cloud.call("POST", "/accounts/:account/storage/kv/namespaces", { title: "by hand" });
    const type = "cloudflare:index/workersKvNamespace:WorkersKvNamespace";
    const id = `${listening.cloud.account}/${made.result.id}`;
    const imported = await project.pulumi("import", type, "found", id, "--yes", "--generate-code=false");
    expect(imported.code, imported.output).toBe(0);
    const { output } = await project.pulumi("stack", "export");
    const { deployment } = JSON.parse(output) as { deployment: { resources: object[] } };
    const inputs = expect.objectContaining({ accountId: listening.cloud.account, title: "by hand" });
    expect(deployment.resources).toContainEqual(expect.objectContaining({ type, id: made.result.id, inputs }));
  });

  it("ends a running command when it is interrupted, and goes on from there", async () => {
    const { project, up } = await started(waiting);
    const marker = join(project.folder, "pid");
    vi.stubEnv("TRIAL_COMMAND", `echo $$ > ${marker}; sleep 600`);
    const running = await project.start("up", "--yes", "--skip-preview");
    const pid = await vi.waitFor(() => Number(readFileSync(marker, "utf8").trim() || expect.fail("not yet")), 60_000);
    running.kill("SIGINT");
    await new Promise((resolve) => running.on("close", resolve));
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), 20_000);
    vi.stubEnv("TRIAL_COMMAND", "echo finished");
    expect(await up()).toMatchObject({ code: 0, output: expect.stringContaining("created") });
  });
});
