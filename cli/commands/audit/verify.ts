import { statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { defineCommand } from "../../command.ts";
import { stackTarget } from "../../engine/stack-target.ts";
import { exitCode } from "../../exit-code.ts";
import { downloadExport } from "../../ops/audit/download-export.ts";
import { linesOf } from "../../ops/audit/lines-of.ts";
import { type ExportVerdict, verifyExport } from "../../ops/audit/verify-export.ts";
import { planeOf } from "../../ops/plane-client.ts";
import { environmentOption, stringOption } from "../../options.ts";
import type { Session } from "../../session.ts";
import { UserError } from "../../user-error.ts";

const keyPattern = /^[A-Za-z0-9_-]{43}$/;

export function verifyCommand(): Command {
  return defineCommand({
    name: "verify",
    summary: "Prove that the audit trail has no gap and no edit",
    description:
      "Checks every record of an export and the signature of every checkpoint, and names what was edited, removed, reordered or written again. With a file it needs neither the plane nor a network; without one, the trail is exported first and checked with the key that core's stack knows. Exit code 1 if anything does not hold.",
    examples: [
      [
        "npx chittyops audit verify audit.jsonl --key <publicKey>",
        "an export, with the public key that `npx chittyops ops` shows",
      ],
      ["npx chittyops audit verify -e prod", "the trail of prod as it is now"],
    ],
    configure: (command) =>
      environmentOption(command)
        .argument("[file]", "an export; without it the trail of the environment as it is now")
        .option(
          "--key <key>",
          "the plane's public key (Ed25519, base64url); without it the keys in the export are taken",
        ),
    async action(session, options, [given]) {
      const key = keyOf(stringOption(options, "key"));
      const verdict =
        given === undefined
          ? await verifyNow(session, stringOption(options, "env"), key)
          : await verifyExport(linesOf(existingFile(given)), key === undefined ? undefined : [key]);
      session.console.result(verdict, () => shown(verdict));
      return verdict.problems.length === 0 ? exitCode.ok : exitCode.failed;
    },
  });
}

async function verifyNow(session: Session, env: string | undefined, key: string | undefined): Promise<ExportVerdict> {
  const plane = await planeOf(session, stackTarget(undefined, env).environment);
  const folder = await mkdtemp(join(tmpdir(), "chittyops-audit-"));
  try {
    const file = join(folder, "export.jsonl");
    await downloadExport(session, plane, file);
    return await verifyExport(linesOf(file), [key ?? plane.publicKey]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function shown({ chain, records, checkpoints, proven, keys, problems }: ExportVerdict): string {
  if (proven === undefined) return ["The audit trail does not hold:", ...problems.map((one) => `  ${one}`)].join("\n");
  const whose = keys.given
    ? "the plane's key"
    : `the keys that the export brought itself (${keys.ids.join(", ")}), which whoever made the export may have made too: give the plane's with --key`;
  return `${chain} is whole and unchanged up to record ${proven.sequence} (${proven.at}): ${records} records, ${checkpoints} checkpoints, signed with ${whose}.`;
}

function existingFile(given: string): string {
  const file = resolve(given);
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
  throw new UserError(`${file} is no file.`, {
    expected: "an export of the audit trail",
    remedy: `npx chittyops audit export ${given}`,
    exitCode: exitCode.usage,
  });
}

function keyOf(given: string | undefined): string | undefined {
  if (given === undefined || keyPattern.test(given)) return given;
  throw new UserError("The key is none.", {
    expected: "an Ed25519 public key: 43 characters of base64url, as `npx chittyops ops` shows it",
    exitCode: exitCode.usage,
  });
}
