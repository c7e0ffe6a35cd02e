import { z } from "zod";
import { shortType } from "../engine/urn.ts";
import type { Deployment } from "../recovery/deployment.ts";
import { probe } from "./probe.ts";
import type { ServiceStatus } from "./service-status.ts";

const outputs = z.object({ core: z.object({ ops: z.object({ url: z.url() }) }) });

/** The health of the operations plane, where the stack has one. */
export async function planeStatuses({ resources }: Deployment, edgeUrl: string | undefined): Promise<ServiceStatus[]> {
  const stack = resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
  const url = outputs.safeParse(stack?.outputs).data?.core.ops.url;
  const component = resources?.find(({ type }) => type === "chittyops:index:OpsPlane");
  if (url === undefined || component === undefined) return [];
  const script = resources?.findLast(
    ({ type, parent }) => shortType(type) === "WorkersScript" && parent === component.urn,
  );
  const sha256 = script?.inputs?.contentSha256;
  const { health, detail } = await probe(`${url}/health`, "ok", edgeUrl);
  return [
    {
      service: "chittyops",
      url,
      health,
      ...(detail !== undefined && { detail }),
      ...(typeof sha256 === "string" && { version: sha256.slice(0, 8) }),
      ...(script?.modified !== undefined && { deployedAt: script.modified }),
    },
  ];
}
