import { createPublicKey } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { chittyopsHome } from "../../../local/engine/home.ts";
import { keyIdOf, manifestFile, verifyFolder } from "../../../policies/evidence/seal/verify-folder.ts";
import { defineCommand } from "../../command.ts";
import { exitCode } from "../../exit-code.ts";
import { stringOption } from "../../options.ts";
import { localKeyFiles, readPublicKey } from "../../review/signing-key.ts";
import { UserError } from "../../user-error.ts";

/** `chittyops review verify <folder>` */
export function verifyCommand(): Command {
  return defineCommand({
    name: "verify",
    summary: "Check that the evidence of a review is as it was signed",
    description:
      "Compares every file of a review with its signed manifest: whatever was changed, removed or added since is named, and so is another key. Exit code 1 if anything does not hold.",
    examples: [
      ["npx chittyops review verify .chittyops/reviews/<review>", "with the key of this machine"],
      ["npx chittyops review verify evidence --key prod-reviews.pub.pem", "with the public key you were given"],
    ],
    configure: (command) =>
      command
        .argument("<folder>", "the folder of a review")
        .option("--key <file>", "the public key (PEM) it has to be signed with; without it, the one of this machine"),
    async action(session, options, [given = ""]) {
      const folder = existingFolder(given);
      const file = stringOption(options, "key");
      const publicKey = file === undefined ? ownPublicKey() : readPublicKey(resolve(file));
      const { problems, statement } = verifyFolder(folder, publicKey);
      const about = statement?.predicate.configuration ?? [];
      session.console.result({ folder, key: keyIdOf(publicKey), holds: problems.length === 0, problems, about }, () =>
        problems.length === 0
          ? `${folder} is as it was signed: ${statement?.subject.length ?? 0} files, key ${keyIdOf(publicKey)}.`
          : [`${folder} does not hold:`, ...problems.map((problem) => `  ${problem}`)].join("\n"),
      );
      return problems.length === 0 ? exitCode.ok : exitCode.failed;
    },
  });
}

function existingFolder(given: string): string {
  const folder = resolve(given);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw new UserError(`${folder} is no folder.`, {
    expected: `the folder of a review, with a ${manifestFile} in it`,
    exitCode: exitCode.usage,
  });
}

function ownPublicKey() {
  const { privateKey } = localKeyFiles(chittyopsHome());
  if (existsSync(privateKey)) return createPublicKey(readFileSync(privateKey));
  throw new UserError("This machine has no key that signs reviews.", {
    remedy: "name the public key you were given: --key <file>",
    exitCode: exitCode.usage,
  });
}
