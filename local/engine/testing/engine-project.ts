import { spawn } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Engine } from "../engine.ts";
import { engineEnvironment } from "../environment.ts";
import { repositoryRoot } from "../home.ts";
import { resolveEngine } from "../resolve.ts";
import { temporaryFolder } from "./fakes.ts";

/** How an engine command ended, with everything it printed. */
export interface Outcome {
  code: number | null;
  output: string;
}

let found: Promise<{ engine: Engine; environment: Record<string, string> }> | undefined;

/** The engine and its environment, looked up once per test file. */
function toolchain() {
  found ??= resolveEngine().then(async (engine) => ({
    engine,
    environment: await engineEnvironment({ engine, plugins: "stand-in" }),
  }));
  return found;
}

/** A Pulumi project in a folder of its own with a file backend, run by the real engine and our language host. */
export class EngineProject {
  readonly folder = temporaryFolder();

  constructor(files: Record<string, string>) {
    this.write({
      "Pulumi.yaml": "name: trial\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "package.json": '{ "type": "module", "main": "index.ts", "dependencies": { "@pulumi/pulumi": "*" } }',
      ...files,
    });
    mkdirSync(join(this.folder, "state"));
    symlinkSync(join(repositoryRoot, "node_modules"), join(this.folder, "node_modules"));
  }

  write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }

  /** Runs `pulumi <args>` to its end. */
  async pulumi(...args: string[]): Promise<Outcome> {
    const child = await this.start(...args);
    let output = "";
    const take = (bytes: Buffer) => {
      output += bytes;
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    return new Promise((done) => child.on("close", (code) => done({ code, output })));
  }

  /** Starts `pulumi <args>`. */
  async start(...args: string[]) {
    const { engine, environment } = await toolchain();
    return spawn(engine.pulumi, [...args, "--non-interactive", "--color=never"], {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        ...environment,
        PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "trial",
      },
    });
  }
}
