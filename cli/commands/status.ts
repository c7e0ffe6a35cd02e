import { createHash } from "node:crypto";
import type { Command } from "commander";
import { declaredOpsPlane, type ResolvedService, resolve } from "../../catalog/index.ts";
import { daemonStatus } from "../../local/cloud/client.ts";
import { chittyopsHome, localPath } from "../../local/engine/home.ts";
import { childrenOf, childStatuses } from "../cloud/child-status.ts";
import { planeStatuses } from "../cloud/plane-status.ts";
import { type Deployed, type ServiceStatus, serviceStatuses } from "../cloud/service-status.ts";
import { defineCommand } from "../command.ts";
import { requireSoundCheckpoint } from "../engine/exclusively.ts";
import { localBackend } from "../engine/local-backend.ts";
import { openRemoteStack } from "../engine/open-remote-stack.ts";
import { type StackTarget, stackTarget } from "../engine/stack-target.ts";
import { exportState } from "../engine/state.ts";
import { resourceName, shortType } from "../engine/urn.ts";
import { exitCode } from "../exit-code.ts";
import { addCost } from "../ops/cost/add-cost.ts";
import { findingsOf, servicesOf } from "../ops/cost/measured.ts";
import { planeOf } from "../ops/plane-client.ts";
import { environmentOption, familyArgument, stringOption } from "../options.ts";
import type { Console } from "../output/console.ts";
import { duration } from "../output/duration.ts";
import { table } from "../output/table.ts";
import { readCheckpoint } from "../recovery/checkpoint.ts";
import type { Deployment } from "../recovery/deployment.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";

export function statusCommand(): Command {
  return defineCommand({
    name: "status",
    summary: "Show each service with its URL, health, version, age and cost",
    description:
      "Shows each service with its URL, health, version, age, what a month of it costs by the last day, and what is worth a change. Fails when one that is deployed is not healthy. Cost and changes are the operations plane's; without it they are not shown.",
    examples: [["npx chittyops status -e prod --json", "the health of every core service in prod, for a script"]],
    configure: (command) => environmentOption(familyArgument(command)),
    async action(session, options, [family]) {
      const target = stackTarget(family, stringOption(options, "env"));
      const statuses = await withCost(session, target, await estateStatus(session, target));
      session.console.result(statuses, () => showStatus(session.console, statuses, Date.now()));
      return statuses.every(isFine) ? exitCode.ok : exitCode.failed;
    },
  });
}

/** Whether nothing is wrong with a service: what runs nowhere or was never deployed is not unhealthy. */
export function isFine({ health }: ServiceStatus): boolean {
  return health !== "unhealthy" && health !== "unreachable";
}

/** The health of every service of the estate, from the services themselves. */
export async function estateStatus(session: Session, target: StackTarget): Promise<ServiceStatus[]> {
  const { services } = resolve(target.environment, target.family);
  if (target.environment !== "local") {
    const { deployment } = await exportState(await openRemoteStack(session, target));
    return statusesOf(services, deployment, undefined);
  }
  const backend = localBackend(localPath(), target);
  requireSoundCheckpoint(backend);
  const checkpoint = readCheckpoint(backend.checkpointFile);
  const deployment = checkpoint.state === "sound" ? checkpoint.deployment : {};
  const cloud = await daemonStatus({ home: chittyopsHome() });
  if (cloud.state !== "running") {
    session.console.warn("The embedded cloud does not run: npx chittyops local start");
    const deployed = deployedServices(deployment);
    return [
      ...services.map(
        ({ name }): ServiceStatus => ({ service: name, health: deployed.has(name) ? "unreachable" : "not deployed" }),
      ),
      ...[...childrenOf(deployment).keys()].map((id): ServiceStatus => ({ service: id, health: "unreachable" })),
    ];
  }
  return statusesOf(services, deployment, cloud.daemon.edgeUrl);
}

/** Services of the catalog, the operations plane, then the apps that the stack has. */
async function statusesOf(
  services: readonly ResolvedService[],
  deployment: Deployment,
  edgeUrl: string | undefined,
): Promise<ServiceStatus[]> {
  const [ofServices, ofPlane, ofChildren] = await Promise.all([
    serviceStatuses(services, edgeUrl, deployedServices(deployment)),
    planeStatuses(deployment, edgeUrl),
    childStatuses(childrenOf(deployment), edgeUrl),
  ]);
  return [...ofServices, ...ofPlane, ...ofChildren];
}

export function showStatus(console: Console, statuses: readonly ServiceStatus[], now: number): string {
  const measured = statuses.some(({ dollarsPerMonth }) => dollarsPerMonth !== undefined);
  const rows = statuses.map((status) => [
    status.service,
    status.url ?? "",
    console.style(status.health === "ok" ? "green" : isFine(status) ? "dim" : "red", health(status)),
    status.version ?? "",
    status.deployedAt ? duration(now - Date.parse(status.deployedAt)) : "",
    ...(measured ? [dollars(status)] : []),
  ]);
  const heads = ["SERVICE", "URL", "HEALTH", "VERSION", "AGE", ...(measured ? ["A MONTH"] : [])];
  const findings = statuses.flatMap(({ service, findings = [] }) => findings.map((each) => `${service}: ${each}`));
  return [table(heads, rows), ...findings].join("\n");
}

const dollars = ({ dollarsPerMonth }: ServiceStatus): string =>
  dollarsPerMonth === undefined ? "" : `$${dollarsPerMonth.toFixed(2)}`;

/** Adds what the plane measured, if there is one and it answers; a service that nobody can ask about is shown without. */
async function withCost(
  session: Session,
  { environment }: StackTarget,
  statuses: readonly ServiceStatus[],
): Promise<ServiceStatus[]> {
  // Whatever answers nothing is not asked: signing in could start the embedded cloud.
  if (!declaredOpsPlane || !statuses.some(({ health }) => health === "ok")) return [...statuses];
  try {
    const plane = await planeOf(session, environment);
    return addCost(statuses, await servicesOf(plane, "24h"), await findingsOf(plane));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    session.console.warn(`Cost and findings are not shown. ${error.message}`);
    return [...statuses];
  }
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
