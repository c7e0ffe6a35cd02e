import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createApiClient } from "@neondatabase/api-client";
import Cloudflare from "cloudflare";
import { request } from "undici";
import { accountsAndZones } from "../../catalog/index.ts";
import { type Deployment, exportedState } from "../../cli/recovery/deployment.ts";
import type { LocalDaemon } from "../../contracts/local.ts";
import { localAdmin, readLocalTokens, startDaemon, stopDaemon } from "../../local/cloud/client.ts";
import { repositoryRoot } from "../../local/engine/home.ts";

/** For a test that brings an estate up several times, on a machine that has other things to do. Milliseconds. */
export const patience = 900_000;

/** The small estate, and a database in it. */
export const withDatabase = {
  CHITTYOPS_CATALOG: join(repositoryRoot, "tests/fixtures/small-catalog-with-database.ts"),
};

export interface CommandResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningCommand {
  process: ChildProcess;
  /** What was written to stderr so far. */
  stderr(): string;
  ended: Promise<CommandResult>;
}

/** A ChittyOps of its own: a home, an embedded cloud, a state; the small catalog unless another one is named. */
export class Estate implements AsyncDisposable {
  readonly home = mkdtempSync(join(tmpdir(), "chittyops-estate-"));
  readonly #environment: Record<string, string>;
  readonly #running = new Set<ChildProcess>();

  constructor(environment: Record<string, string> = {}) {
    this.#environment = { CHITTYOPS_CATALOG: join(repositoryRoot, "tests/fixtures/small-catalog.ts"), ...environment };
  }

  /** Starts `chittyops <args>`, the command itself and no npm around it. */
  start(args: readonly string[], environment: Record<string, string> = {}): RunningCommand {
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", join(repositoryRoot, "cli/bin.ts"), ...args],
      {
        cwd: repositoryRoot,
        env: { ...cleanEnvironment(), ...this.#environment, CHITTYOPS_HOME: this.home, ...environment },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    this.#running.add(child);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const ended = new Promise<CommandResult>((resolve, reject) => {
      child.on("error", reject);
      // A killed command leaves the engine behind, which holds on to the pipes.
      child.on("exit", (code, signal) => {
        this.#running.delete(child);
        const done = () => resolve({ code, signal, stdout, stderr });
        if (signal) done();
        else child.on("close", done);
      });
    });
    return { process: child, stderr: () => stderr, ended };
  }

  run(args: readonly string[], environment: Record<string, string> = {}): Promise<CommandResult> {
    return this.start(args, environment).ended;
  }

  /** Runs a command that has to succeed; fails with what it said when it does not. */
  async succeed(args: readonly string[], environment: Record<string, string> = {}): Promise<CommandResult> {
    const result = await this.run(args, environment);
    if (result.code !== 0) throw new Error(`chittyops ${args.join(" ")} ended with ${result.code}:\n${result.stderr}`);
    return result;
  }

  /** Starts the embedded cloud alone, so that faults can be set before the first request. */
  startCloud(): Promise<LocalDaemon> {
    return startDaemon({ home: this.home, seed: accountsAndZones("local") });
  }

  admin(path: string, request: { method?: string; body?: unknown } = {}): Promise<unknown> {
    return localAdmin({ home: this.home }, path, request);
  }

  /** The API of an account, core's unless another is named, and the ids of the account and its first zone. */
  async cloud(name = "chittyos"): Promise<{
    api: Cloudflare;
    accountId: string;
    zoneId: string;
    zoneIds: string[];
    daemon: LocalDaemon;
    token: string;
  }> {
    const daemon = await this.startCloud();
    const account = daemon.accounts.find((one) => one.name === name);
    const zone = account?.zones.find((one) => one.name === "chitty.localhost") ?? account?.zones[0];
    if (!account || !zone) throw new Error(`the embedded cloud lacks the account ${name}, or its zone`);
    const token = readLocalTokens({ home: this.home }).accounts[name] ?? "";
    const api = new Cloudflare({ apiToken: token, baseURL: `${daemon.controlUrl}/client/v4`, maxRetries: 0 });
    const zoneIds = account.zones.map(({ id }) => id);
    return { api, accountId: account.id, zoneId: zone.id, zoneIds, daemon, token };
  }

  /** Runs the engine itself, as a person would with `eval "$(npx chittyops env [family])"`. */
  async engine(
    args: readonly string[],
    { family = "chittyos", environment: own = {} }: { family?: string; environment?: Record<string, string> } = {},
  ): Promise<{ stdout: string; stderr: string }> {
    const environment = JSON.parse((await this.succeed(["env", family, "--json"])).stdout);
    const env = { ...cleanEnvironment(), ...this.#environment, ...environment, ...own };
    return promisify(execFile)("pulumi", [...args, "-s", "local"], { env });
  }

  /** What a service answers, as JSON. */
  async ask(host: string, path: string, token: string): Promise<unknown> {
    const { daemon } = await this.cloud();
    const response = await request(new URL(path, daemon.edgeUrl), {
      headers: { host, authorization: `Bearer ${token}` },
    });
    return response.body.json();
  }

  /** The Neon projects of an account's organization. */
  async neonProjects(account = "chittyos"): Promise<{ id: string; name: string }[]> {
    const { controlUrl } = await this.startCloud();
    const apiKey = readLocalTokens({ home: this.home }).neon[account] ?? "";
    const { data } = await createApiClient({ apiKey, baseURL: `${controlUrl}/api/v2` }).listProjects({ limit: 400 });
    return data.projects;
  }

  get checkpointFile(): string {
    return this.checkpointOf("chittyops/local");
  }

  /** @param stack e.g. `chittyops/local` */
  checkpointOf(stack: string): string {
    return join(this.home, `local/state/.pulumi/stacks/${stack}.json`);
  }

  /** The state of a stack, core's unless another is named, as the engine wrote it last. */
  state(stack = "chittyops/local"): Deployment {
    const { version, checkpoint } = JSON.parse(readFileSync(this.checkpointOf(stack), "utf8"));
    return exportedState.parse({ version, deployment: checkpoint.latest }).deployment;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running) child.kill("SIGKILL");
    await stopDaemon({ home: this.home });
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function cleanEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined ||
      /^(CHITTYOPS_|PULUMI_|CLOUDFLARE_|NEON_|VITEST|NODE_ENV|NODE_OPTIONS|CI$|GITHUB_)/.test(name)
        ? []
        : [[name, value]],
    ),
  );
}
