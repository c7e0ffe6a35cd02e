import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../local/engine/home.ts";
import type { BenchHome } from "./home.ts";
import { type ObservedScript, observe } from "./observed-estate.ts";
import { run } from "./process.ts";
import { wranglerConfig } from "./wrangler-config.ts";

/** What the commands took, in milliseconds, and how many there were. */
export interface WranglerRun {
  milliseconds: number;
  deployMilliseconds: number;
  commands: number;
  deploys: number;
}

/**
 * Makes in `target` what `source` holds (stores, deployments, secrets, registry records) with wrangler, one command after the other, as a
 * deploy script would. Zone settings, DNS, rulesets and Access are left out: wrangler has no commands for them.
 */
export async function makeWithWrangler(
  source: BenchHome,
  target: BenchHome,
  progress: (line: string) => void,
): Promise<WranglerRun> {
  const estate = await observe(source);
  const folder = await mkdtemp(join(tmpdir(), "chittyops-bench-wrangler-"));
  const result: WranglerRun = { milliseconds: 0, deployMilliseconds: 0, commands: 0, deploys: 0 };
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    CI: "1",
    WRANGLER_SEND_METRICS: "false",
    CLOUDFLARE_API_BASE_URL: `${target.daemon.controlUrl}/client/v4`,
    CLOUDFLARE_API_TOKEN: target.token,
    CLOUDFLARE_ACCOUNT_ID: target.accountId,
  };
  const wrangler = async (args: string[], cwd = folder) => {
    const { milliseconds } = await run(
      process.execPath,
      [join(repositoryRoot, "node_modules", "wrangler", "bin", "wrangler.js"), ...args],
      { cwd, env },
    );
    result.milliseconds += milliseconds;
    result.commands++;
    return milliseconds;
  };

  progress(`wrangler: ${estate.storeCount} stores`);
  for (const title of estate.kvTitles.values()) await wrangler(["kv", "namespace", "create", title]);
  for (const name of estate.buckets) await wrangler(["r2", "bucket", "create", name]);
  for (const name of estate.databases.values()) await wrangler(["d1", "create", name]);
  for (const name of estate.queues) await wrangler(["queues", "create", name]);
  for (const name of estate.hyperdrives.values()) {
    await wrangler([
      "hyperdrive",
      "create",
      name,
      "--connection-string",
      "postgres://bench:bench@127.0.0.1:5432/bench",
    ]);
  }
  for (const store of estate.secretsStores) {
    await wrangler(["secrets-store", "store", "create", store.name, "--remote"]);
    const created = await idByName(target, "secrets_store/stores", "name");
    for (const secret of store.secrets) {
      const id = created.get(store.name) ?? "";
      const args = ["--name", secret, "--value", "bench-value", "--scopes", "workers", "--remote"];
      await wrangler(["secrets-store", "secret", "create", id, ...args]);
    }
  }

  const ids = {
    kv: await idByName(target, "storage/kv/namespaces?per_page=1000", "title"),
    d1: await idByName(target, "d1/database?per_page=1000", "name", "uuid"),
    hyperdrive: await idByName(target, "hyperdrive/configs", "name"),
    secretsStore: await idByName(target, "secrets_store/stores", "name"),
  };
  const deployed = new Set<string>();
  const deploy = async (script: ObservedScript, bare: boolean) => {
    const cwd = join(folder, bare ? `${script.name}-bare` : script.name);
    await mkdir(cwd);
    for (const module of script.modules) await writeFile(join(cwd, module.name), module.content);
    await writeFile(join(cwd, "wrangler.json"), JSON.stringify(wranglerConfig(script, estate, ids, bare)));
    result.deployMilliseconds += await wrangler(["deploy", "--no-bundle"], cwd);
    result.deploys++;
    deployed.add(script.name);
    if (bare || script.secretNames.length === 0) return;
    const secrets = Object.fromEntries(script.secretNames.map((name) => [name, "bench-value"]));
    await writeFile(join(cwd, "secrets.json"), JSON.stringify(secrets));
    await wrangler(["secret", "bulk", "secrets.json"], cwd);
  };
  const waiting = new Map(estate.scripts.map((script) => [script.name, script]));
  progress(`wrangler: ${waiting.size} Workers`);
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter((script) => script.needs.every((name) => deployed.has(name)));
    for (const script of ready) {
      await deploy(script, false);
      waiting.delete(script.name);
    }
    if (ready.length > 0) continue;
    // A cycle of bindings: one of them has to exist first without its own.
    const missing = [...waiting.values()].flatMap(({ needs }) => needs).filter((name) => !deployed.has(name));
    const first = waiting.get(missing[0] ?? "");
    if (first === undefined) throw new Error(`Nothing deploys ${missing[0]}, which a service binding needs.`);
    await deploy(first, true);
  }
  progress(`wrangler: ${estate.kvEntries.length} registry records`);
  for (const { title, key, value } of estate.kvEntries) {
    await writeFile(join(folder, "record.json"), value);
    const where = ["--namespace-id", ids.kv.get(title) ?? "", "--remote"];
    await wrangler(["kv", "key", "put", key, "--path", "record.json", ...where]);
  }
  return result;
}

async function idByName(home: BenchHome, path: string, name: string, id = "id"): Promise<Map<string, string>> {
  const list = (await home.api("GET", `/accounts/${home.accountId}/${path}`)) as Record<string, string>[];
  return new Map(list.map((entry) => [entry[name] ?? "", entry[id] ?? ""]));
}
