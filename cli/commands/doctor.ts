import type { Command } from "commander";
import { validateCatalog } from "../../catalog/index.ts";
import { daemonStatus } from "../../local/cloud/client.ts";
import { diagnose } from "../../local/engine/doctor.ts";
import { chittyopsHome, localPath } from "../../local/engine/home.ts";
import { defineCommand } from "../command.ts";
import { localBackend } from "../engine/local-backend.ts";
import { stackTarget } from "../engine/stack-target.ts";
import { exitCode } from "../exit-code.ts";
import { describeLock, readBackendLocks } from "../locks/backend-lock.ts";
import { readCheckpoint } from "../recovery/checkpoint.ts";

interface Finding {
  name: string;
  ok: boolean;
  found: string;
  remedy?: string | undefined;
}

export function doctorCommand(): Command {
  return defineCommand({
    name: "doctor",
    summary: "Show what was found on this machine, and what to do about what is missing",
    examples: [["npx chittyops doctor", "each thing with its version and place, or the remedy"]],
    async action({ console }) {
      const phase = console.phase("Examining this machine");
      const findings: Finding[] = [...(await diagnose()), await embeddedCloud(), localState(), localLocks(), catalog()];
      phase.done();
      console.result(findings, () =>
        findings.map((finding) => line(finding, (style, text) => console.style(style, text))).join("\n"),
      );
      return findings.every(({ ok }) => ok) ? exitCode.ok : exitCode.failed;
    },
  });
}

function line({ name, ok, found, remedy }: Finding, style: (style: "green" | "red", text: string) => string): string {
  const head = `${ok ? style("green", "✔") : style("red", "✖")} ${name}: ${found}`;
  return remedy === undefined ? head : `${head}\n  Remedy: ${remedy}`;
}

/** A cloud that does not run is no fault: whatever needs it starts it. */
async function embeddedCloud(): Promise<Finding> {
  const status = await daemonStatus({ home: chittyopsHome() });
  const found =
    status.state === "running" ? `runs, pid ${status.daemon.pid}, API on ${status.daemon.controlUrl}` : status.state;
  return { name: "embedded cloud", ok: true, found };
}

function localState(): Finding {
  const { checkpointFile } = localBackend(localPath(), stackTarget());
  const checkpoint = readCheckpoint(checkpointFile);
  if (checkpoint.state === "absent") return { name: "local state", ok: true, found: "none yet" };
  if (checkpoint.state === "corrupt") {
    return {
      name: "local state",
      ok: false,
      found: `${checkpointFile} is damaged: ${checkpoint.reason}`,
      remedy: "npx chittyops up (takes the engine's own copy where there is one), or npx chittyops local reset",
    };
  }
  const { resources, pending_operations: pending } = checkpoint.deployment;
  const open = pending?.length ? `, ${pending.length} interrupted operations that the next up settles` : "";
  return { name: "local state", ok: true, found: `${resources?.length ?? 0} resources${open}` };
}

function localLocks(): Finding {
  const target = stackTarget();
  const { stateDirectory } = localBackend(localPath(), target);
  const locks = readBackendLocks(stateDirectory, target.project, target.stack);
  const dead = locks.filter(({ state }) => state === "dead" || state === "unreadable");
  const found = locks.length === 0 ? "none" : locks.map((lock) => `${lock.state}: ${describeLock(lock)}`).join("; ");
  return {
    name: "locks",
    ok: dead.length === 0,
    found,
    ...(dead.length > 0 ? { remedy: "npx chittyops up --yes removes it" } : {}),
  };
}

function catalog(): Finding {
  const problems = validateCatalog();
  if (problems.length === 0) return { name: "catalog", ok: true, found: "sound" };
  return {
    name: "catalog",
    ok: false,
    found: `${problems.length} problems`,
    remedy: "npx chittyops catalog validate names them",
  };
}
