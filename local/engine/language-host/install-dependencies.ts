import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Installs the packages of a program in its own folder with npm, for `pulumi install`.
 * A folder without a package.json is part of a larger package, which is installed as a whole.
 * @throws Error when npm fails.
 */
export async function installDependencies(folder: string, print: (bytes: Buffer) => void): Promise<void> {
  if (!existsSync(join(folder, "package.json"))) return;
  const locked = existsSync(join(folder, "package-lock.json"));
  const child = spawn("npm", [locked ? "ci" : "install", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.on("data", print);
  child.stderr.on("data", print);
  const code = await new Promise<number | null>((done, failed) => {
    child.on("error", failed);
    child.on("close", done);
  });
  if (code !== 0) throw new Error(`npm could not install the packages of ${folder} (exit code ${code})`);
}
