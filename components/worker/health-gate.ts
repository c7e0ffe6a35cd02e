import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { environments, ResolvedService } from "../../catalog/index.ts";
import type * as cloudflare from "../cloudflare.ts";
import type { GateInput } from "../health-gate/gate-input.ts";
import { programPath } from "../program-path.ts";

/** Milliseconds. A new custom domain needs a while at the real edge until its certificate is there. */
const deadlines = { embedded: 20_000, cloudflare: 180_000 };

/** What passes Access where it guards the service. */
interface AccessToken {
  clientId: pulumi.Output<string>;
  clientSecret: pulumi.Output<string>;
}

/**
 * Waits until the deployed service says that it is healthy, again after each upload. It is a resource so that a failure is not
 * forgotten: the next run finds no gate, or an outdated one, and asks again. Other services go on in the meantime.
 */
export function healthGate(
  service: Pick<ResolvedService, "name" | "url" | "health"> & { accessToken?: AccessToken | undefined },
  script: Pick<cloudflare.WorkersScript, "annotations">,
  { cloud, edgeUrl }: { cloud: (typeof environments)["local"]["cloud"]; edgeUrl?: string | undefined },
  opts: pulumi.CustomResourceOptions,
): command.local.Command | undefined {
  if (service.url === undefined) return undefined;
  const { health } = service;
  const input: Omit<GateInput, "accessToken"> = {
    service: service.name,
    url: new URL(health.path, service.url).href,
    ...(edgeUrl !== undefined && { dial: edgeUrl }),
    expect: health.expect,
    deadline: deadlines[cloud],
  };
  return new command.local.Command(
    `${service.name}-health`,
    {
      create: `node ${programPath("components/dist/health-gate.mjs")}`,
      stdin:
        service.accessToken === undefined
          ? JSON.stringify(input)
          : pulumi.secret(pulumi.jsonStringify({ ...input, accessToken: service.accessToken })),
      triggers: [script.annotations.workersTag],
      // What it says on failure is in the error already.
      logging: command.types.enums.local.Logging.None,
    },
    service.accessToken === undefined ? opts : { ...opts, additionalSecretOutputs: ["stdin"] },
  );
}
