import { spawn } from "node:child_process";
import { repositoryRoot } from "../local/engine/home.ts";

/** A static check: it counts as one test, and passes when its command exits 0. */
export interface Check {
  title: string;
  command: string;
  args: string[];
}

/** Runs a check and shows what it printed only when it failed. */
export async function runCheck({ title, command, args }: Check): Promise<boolean> {
  const started = performance.now();
  const env = { ...process.env, NO_COLOR: "1" };
  const child = spawn(command, args, { cwd: repositoryRoot, env, stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => output.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => output.push(bytes));
  const failure = await new Promise<string | undefined>((done) => {
    child.on("error", (error) => done(error.message));
    child.on("close", (code, signal) => done(code === 0 ? undefined : `exit ${signal ?? code}`));
  });
  const took = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  console.log(`${failure ? "FAILED" : "ok"}  ${title} (${took}${failure ? `, ${failure}` : ""})`);
  if (failure) console.log(Buffer.concat(output).toString().trimEnd());
  return failure === undefined;
}
