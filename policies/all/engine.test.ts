import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../../local/engine/home.ts";
import { EngineProject } from "../../local/engine/testing/engine-project.ts";
import { readVerdict } from "../kit/verdict-file.ts";
import { packs } from "./packs.ts";

const folderOf = (pack: string) => join(repositoryRoot, "policies", pack);
const everyPack = folderOf("all");
const project = new EngineProject({});
const verdictFile = join(project.folder, "verdict.json");
const waivers = join(project.folder, "waivers");
process.env.CHITTYOPS_POLICY_VERDICT = verdictFile;
process.env.CHITTYOPS_WAIVERS = waivers;

const program = (secret: string) => `
  import * as pulumi from "@pulumi/pulumi";
  import { RandomPassword } from "@pulumi/random";
  import { Provider } from "@pulumi/cloudflare/provider.js";
  import { Queue } from "@pulumi/cloudflare/queue.js";
  import { WorkersKvNamespace } from "@pulumi/cloudflare/workersKvNamespace.js";
  import { WorkersScript } from "@pulumi/cloudflare/workersScript.js";
  import { ZoneSetting } from "@pulumi/cloudflare/zoneSetting.js";
  class Service extends pulumi.ComponentResource {
    constructor(name, args) { super("chittyops:index:ChittyService", name, args); this.registerOutputs({ ready: true }); }
  }
  const provider = new Provider("cf", { apiToken: pulumi.secret("t".repeat(40)) });
  const accountId = "a".repeat(32);
  const service = new Service("service", { tenant: "shared", bindingNames: ["CACHE", "KEY", "LOST"] });
  const opts = { provider, parent: service };
  const cache = new WorkersKvNamespace("service-cache", { accountId, title: "cache" }, opts);
  const key = new RandomPassword("key", { length: 32 });
  new WorkersScript("service-script", {
    accountId, scriptName: "service", mainModule: "index.mjs", content: "export default {}",
    tailConsumers: [{ service: "service" }],
    bindings: [
      { name: "CACHE", type: "kv_namespace", namespaceId: cache.id },
      { name: "KEY", type: "secret_text", text: key.result },
      { name: "DERIVED", type: "plain_text", text: pulumi.unsecret(key.result) },
      { name: "OPEN", type: "plain_text", text: ${secret} },
    ],
  }, opts);
  new ZoneSetting("tls", { zoneId: accountId, settingId: "min_tls_version", value: "1.0" }, opts);
`;

describe("all packs in the real engine", () => {
  beforeAll(async () => {
    mkdirSync(waivers);
    for (const stack of ["prod", "local"]) {
      expect(await project.pulumi("stack", "init", stack, "--no-select")).toMatchObject({ code: 0 });
    }
  });

  const preview = async (stack: string) => {
    const outcome = await project.pulumi("preview", "--stack", stack, "--policy-pack", everyPack);
    const found = readVerdict(verdictFile, packs).findings.filter(({ rule }) =>
      ["min-tls", "no-foreign-store", "plain-secret", "stripped-bindings"].includes(rule.id),
    );
    const said = found.filter(({ state }) => state !== "not-applicable");
    return {
      ...outcome,
      said: said.map(({ rule, state, message }) => [rule.id, state, message].join(" ").trim()).sort(),
    };
  };

  it("see what components were given, follow what is not known along edges, and mend what they can", async () => {
    project.write({ "index.ts": program('"nothing"') });
    const { code, output, said } = await preview("prod");
    expect(said).toEqual([
      "min-tls pass",
      "no-foreign-store pass",
      "plain-secret undetermined binding DERIVED is not known yet",
      "stripped-bindings fail service-script lacks LOST",
    ]);
    expect(code).not.toBe(0);
    expect(output).toContain("[stripped-bindings]");
    expect(output).toContain("undetermined: binding DERIVED is not known yet");
  });

  it.each(packs.map(({ name }) => name))("run each by itself: %s", async (name) => {
    project.write({ "index.ts": program('"nothing"') });
    await project.pulumi("preview", "--stack", "prod", "--policy-pack", folderOf(name));
    const { findings } = readVerdict(verdictFile, packs);
    expect(new Set(findings.map(({ pack }) => pack.name))).toEqual(new Set([name]));
    expect(findings.filter(({ state }) => state === "error")).toEqual([]);
  });

  it("mend nothing on local, show no value that may be secret, and name each mistake of a waiver", async () => {
    project.write({ "index.ts": program('"postgres://owner:hunter2@db/main"') });
    writeFileSync(join(waivers, "bad.yaml"), "id: bad\npolicy: no-such-rule\n");
    const { output, said } = await preview("local");
    expect(said).toContain("min-tls fail it takes an older version");
    expect(said).toContain("plain-secret fail binding OPEN looks like a secret");
    expect(output + readFileSync(verdictFile, "utf8")).not.toContain("hunter2");
    expect(output).toContain("[waivers] bad.yaml: policy: no pack has a rule of this id");
    expect(output).toContain("[waivers] bad.yaml: ticket: ");
  });
});

it("a pack with a syntax error fails the preview, and the file and the line are named", async () => {
  project.write({
    "pack/PulumiPolicy.yaml": readFileSync(join(everyPack, "PulumiPolicy.yaml"), "utf8"),
    "pack/package.json": readFileSync(join(everyPack, "package.json"), "utf8"),
    "pack/index.mjs": `import { rule } from "./rule.ts";\nconsole.error(rule);\n`,
    "pack/rule.ts": "export const rule = {\n  id: ;\n};\n",
  });
  const { code, output } = await project.pulumi("preview", "--stack", "prod", "--policy-pack", "pack");
  expect(code).not.toBe(0);
  expect(output).toMatch(/pack\/rule\.ts:2/);
  expect(output).toContain("SyntaxError");
});
