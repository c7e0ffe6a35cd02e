import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { ResolvedService } from "../../catalog/index.ts";
import type * as cloudflare from "../cloudflare.ts";
import type { GateInput } from "../health-gate/gate-input.ts";
import { programPath } from "../program-path.ts";
import type { Surroundings } from "../surroundings.ts";

/** Milliseconds. A new custom domain needs a while at the real edge until its certificate is there. */
const deadlines = { embedded: 20_000, cloudflare: 180_000 };

/**
 * Waits until the deployed service says that it is healthy, again after each upload. It is a resource so that a failure is not
 * forgotten: the next run finds no gate, or an outdated one, and asks again. Other services go on in the meantime.
 */
export function healthGate(
  service: ResolvedService,
  script: cloudflare.WorkersScript,
  around: Surroundings,
  opts: pulumi.CustomResourceOptions,
): command.local.Command | undefined {
  if (service.url === undefined || service.worker === undefined) return undefined;
  const { health } = service;
  const input: GateInput = {
    service: service.name,
    url: new URL(health.path, service.url).href,
    ...(around.edgeUrl !== undefined && { dial: around.edgeUrl }),
    expect: health.expect,
    deadline: deadlines[around.estate.environment.cloud],
  };
  return new command.local.Command(
    `${service.name}-health`,
    {
      create: `node ${programPath("components/dist/health-gate.mjs")}`,
      stdin: JSON.stringify(input),
      triggers: [script.annotations.workersTag],
      // What it says on failure is in the error already.
      logging: command.types.enums.local.Logging.None,
    },
    opts,
  );
}
