import { createHash } from "node:crypto";
import type { Command } from "commander";
import { resolve } from "../../catalog/index.ts";
import { daemonStatus } from "../../local/cloud/client.ts";
import { chittyopsHome, localPath } from "../../local/engine/home.ts";
import { type Deployed, type ServiceStatus, serviceStatuses } from "../cloud/service-status.ts";
import { defineCommand } from "../command.ts";
import { requireSoundCheckpoint } from "../engine/exclusively.ts";
import { localBackend } from "../engine/local-backend.ts";
import { openRemoteStack } from "../engine/open-remote-stack.ts";
import { type StackTarget, stackTarget } from "../engine/stack-target.ts";
import { exportState } from "../engine/state.ts";
import { resourceName, shortType } from "../engine/urn.ts";
import { exitCode } from "../exit-code.ts";
import { environmentOption, familyArgument, stringOption } from "../options.ts";
import type { Console } from "../output/console.ts";
import { duration } from "../output/duration.ts";
import { table } from "../output/table.ts";
import { readCheckpoint } from "../recovery/checkpoint.ts";
import type { Deployment } from "../recovery/deployment.ts";
import type { Session } from "../session.ts";

export function statusCommand(): Command {
  return defineCommand({
    name: "status",
    summary: "Show each service with its URL, health, version and age",
    description:
      "Shows each service with its URL, health, version and age. Fails when one that is deployed is not healthy.",
    examples: [["npx chittyops status -e prod --json", "the health of every core service in prod, for a script"]],
    configure: (command) => environmentOption(familyArgument(command)),
    async action(session, options, [family]) {
      const target = stackTarget(family, stringOption(options, "env"));
      const statuses = await estateStatus(session, target);
      session.console.result(statuses, () => showStatus(session.console, statuses, Date.now()));
      return statuses.every(isFine) ? exitCode.ok : exitCode.failed;
    },
  });
}

/** Whether nothing is wrong with a service: what runs nowhere or was never deployed is not unhealthy. */
export function isFine({ health }: ServiceStatus): boolean {
  return health === "ok" || health === "runs nowhere" || health === "not deployed";
}

/** The health of every service of the estate, from the services themselves. */
export async function estateStatus(session: Session, target: StackTarget): Promise<ServiceStatus[]> {
  const { services } = resolve(target.environment, target.family);
  if (target.environment !== "local") {
    const { deployment } = await exportState(await openRemoteStack(session, target));
    return serviceStatuses(services, undefined, deployedServices(deployment));
  }
  const backend = localBackend(localPath(), target);
  requireSoundCheckpoint(backend);
  const checkpoint = readCheckpoint(backend.checkpointFile);
  const deployed = deployedServices(checkpoint.state === "sound" ? checkpoint.deployment : {});
  const cloud = await daemonStatus({ home: chittyopsHome() });
  if (cloud.state !== "running") {
    session.console.warn("The embedded cloud does not run: npx chittyops local start");
    return services.map(({ name }) => ({ service: name, health: deployed.has(name) ? "unreachable" : "not deployed" }));
  }
  return serviceStatuses(services, cloud.daemon.edgeUrl, deployed);
}

export function showStatus(console: Console, statuses: readonly ServiceStatus[], now: number): string {
  const rows = statuses.map((status) => [
    status.service,
    status.url ?? "",
    console.style(status.health === "ok" ? "green" : isFine(status) ? "dim" : "red", health(status)),
    status.version ?? "",
    status.deployedAt ? duration(now - Date.parse(status.deployedAt)) : "",
  ]);
  return table(["SERVICE", "URL", "HEALTH", "VERSION", "AGE"], rows);
}

function health({ health: word, detail }: ServiceStatus): string {
  return detail === undefined ? word : `${word}: ${detail}`;
}

/** The services in a state by name, each with the hash of its script's code and the time of its last change. */
function deployedServices({ resources }: Deployment): Map<string, Deployed> {
  const all = resources ?? [];
  const services = all.filter(({ type }) => type === "chittyops:index:ChittyService");
  return new Map(
    services.map(({ urn }) => {
      const scripts = all.filter((resource) => resource.parent === urn && shortType(resource.type) === "WorkersScript");
      const latest = scripts.toSorted((a, b) => (a.modified ?? "").localeCompare(b.modified ?? "")).at(-1);
      const version = latest && codeVersion(latest.inputs ?? {});
      return [
        resourceName(urn),
        { ...(version ? { version } : {}), ...(latest?.modified ? { deployedAt: latest.modified } : {}) },
      ];
    }),
  );
}

/** The beginning of the sha256 of a script's code: of the one file, or of the text and the files beside it. */
function codeVersion({ contentSha256, content, files }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof contentSha256 === "string") return contentSha256.slice(0, 8);
  if (typeof content !== "string") return undefined;
  return createHash("sha256")
    .update(JSON.stringify([content, files]))
    .digest("hex")
    .slice(0, 8);
}
