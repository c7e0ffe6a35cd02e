import type { Command } from "commander";
import { fleetCheck } from "../../../policies/kit/fleet-check.ts";
import { graphOfState } from "../../../policies/kit/graph-of-state.ts";
import { defineCommand } from "../../command.ts";
import { readDeployment } from "../../engine/read-deployment.ts";
import { familiesAfterCore, type StackTarget, stackTarget, tenantTarget } from "../../engine/stack-target.ts";
import { exitCode } from "../../exit-code.ts";
import { environmentOption } from "../../options.ts";
import { sideBySide } from "../../side-by-side.ts";
import { openTenantGround } from "../../tenants/deploy-tenant.ts";
import { statesAtOnce } from "../../tenants/fleet.ts";
import { knownTenants } from "../../tenants/known-tenants.ts";
import { TenantRecords } from "../../tenants/tenant-records.ts";
import { environmentOf } from "../tenant/environment.ts";

export function checkCommand(): Command {
  return defineCommand({
    name: "check",
    summary: "Find what two stacks claim both: a Neon project, a hostname, a route, a token",
    examples: [["npx chittyops fleet check -e prod", "compares the states of core, all families and all tenants"]],
    configure: environmentOption,
    async action(session, options) {
      const environment = environmentOf(options);
      const { ground } = await openTenantGround(session, environment);
      const tenants = new TenantRecords(environment).present();
      const targets: StackTarget[] = [
        stackTarget(undefined, environment),
        ...familiesAfterCore().map((family) => stackTarget(family, environment)),
        ...tenants.map(({ id }) => tenantTarget(id, environment)),
      ];
      const known = knownTenants(environment);
      const graphs = await sideBySide(targets, statesAtOnce, async (target) =>
        graphOfState(await readDeployment(session, target, ground), environment, known),
      );
      const claims = fleetCheck(graphs);
      session.console.result({ stacks: targets.length, claims }, () =>
        [...claims, `${targets.length} stacks, ${claims.length} things that two of them claim.`].join("\n"),
      );
      return claims.length === 0 ? exitCode.ok : exitCode.failed;
    },
  });
}
