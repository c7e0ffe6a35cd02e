import { z } from "zod";
import { type ChildOutput, childOutput } from "../../contracts/child-output.ts";
import { shortType } from "../engine/urn.ts";
import type { Deployment } from "../recovery/deployment.ts";
import { probe } from "./probe.ts";
import type { ServiceStatus } from "./service-status.ts";

const outputs = z.object({ children: z.record(z.string(), childOutput) });

/** An app as a stack's state has it. */
export interface DeployedChild extends ChildOutput {
  /** When its script was last changed. */
  deployedAt?: string | undefined;
}

/** The apps that a stack's state says it has, by id. */
export function childrenOf({ resources }: Deployment): Map<string, DeployedChild> {
  const stack = resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
  const children = outputs.safeParse(stack?.outputs).data?.children ?? {};
  return new Map(
    Object.entries(children).map(([id, child]) => {
      const script = resources?.findLast(
        ({ type, inputs }) => shortType(type) === "WorkersScript" && inputs?.scriptName === child.scriptName,
      );
      return [id, { ...child, deployedAt: script?.modified }];
    }),
  );
}

/** Whether an app is served no more because its time has passed. */
export function isExpired({ expiresAt }: Pick<ChildOutput, "expiresAt">, now: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= now;
}

/** Asks every app for its health. One that is suspended or expired serves nothing, which is as it should be. */
export function childStatuses(
  children: ReadonlyMap<string, DeployedChild>,
  edgeUrl: string | undefined,
): Promise<ServiceStatus[]> {
  return Promise.all([...children].map(([id, child]) => statusOf(id, child, edgeUrl)));
}

async function statusOf(id: string, child: DeployedChild, edgeUrl: string | undefined): Promise<ServiceStatus> {
  const { url, healthUrl, version, deployedAt, state } = child;
  const known = { service: id, url, version, ...(deployedAt !== undefined && { deployedAt }) };
  if (state !== "active") return { ...known, health: state };
  if (isExpired(child, Date.now())) return { ...known, health: "expired" };
  const { health, detail } = await probe(healthUrl, "ok", edgeUrl);
  return { ...known, health, ...(detail !== undefined && { detail }) };
}
