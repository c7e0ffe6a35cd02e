import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { z } from "zod";
import { repositoryRoot } from "../../local/engine/home.ts";
import type { Pack } from "../../policies/kit/define-rule.ts";
import type { StackTarget } from "../engine/stack-target.ts";
import { UserError } from "../user-error.ts";
import type { SignerConfiguration } from "./signing-key.ts";

export interface ProgramVersion {
  commit: string;
  /** Whether files differ from it. */
  modified: boolean;
}

/** The commit of the program, and whether files differ from it; `none` where the program is no checkout of git. */
export async function programVersion(): Promise<ProgramVersion> {
  const git = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)("git", args, { cwd: repositoryRoot });
    return stdout.trim();
  };
  try {
    const [commit, changes] = await Promise.all([git("rev-parse", "HEAD"), git("status", "--porcelain")]);
    return { commit, modified: changes !== "" };
  } catch {
    return { commit: "none", modified: false };
  }
}

const configurationFile = z.looseObject({
  config: z
    .looseObject({
      "chittyops:reviewSigner": z
        .strictObject({ command: z.array(z.string()).min(1), publicKey: z.string() })
        .optional(),
    })
    .default({}),
});

/**
 * The stack's configuration as a review knows it: its SHA-256 (of its values, sorted by key; the salt of the passphrase is none), and who signs.
 * @param values that the stack is given besides its file, e.g. a tenant's record
 * @throws UserError where it names a signer wrongly.
 */
export function reviewConfiguration(
  { workDir, environment }: StackTarget,
  values: Readonly<Record<string, string>> = {},
): { digest: string; signer: SignerConfiguration | undefined } {
  const file = process.env.PULUMI_OPTION_CONFIG_FILE ?? join(workDir, `Pulumi.${environment}.yaml`);
  const read = configurationFile.safeParse(existsSync(file) ? (parse(readFileSync(file, "utf8")) ?? {}) : {});
  if (!read.success) {
    throw new UserError(`${file} is not as a review needs it.`, {
      details: z.prettifyError(read.error).split("\n"),
      expected: "chittyops:reviewSigner with a command (a list) and a publicKey (a file), or no such setting",
    });
  }
  const { config } = read.data;
  const sorted = Object.entries({ ...config, ...values }).sort(([a], [b]) => (a < b ? -1 : 1));
  return { digest: sha256([JSON.stringify(sorted)]), signer: config["chittyops:reviewSigner"] };
}

/** SHA-256 of the sources that decide what a pack says: its own and the kit's. */
export function packDigest({ name }: Pack): string {
  const folders = [`policies/${name}`, "policies/kit"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .sort()
      .map((file) => `${folder}/${file}`),
  );
  return sha256(files.flatMap((file) => [file, readFileSync(join(repositoryRoot, file), "utf8")]));
}

function sha256(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}\n`).update(part);
  return hash.digest("hex");
}
