import type { Command } from "commander";
import type { ServiceStatus } from "../cloud/service-status.ts";
import { defineCommand } from "../command.ts";
import { changeSummary } from "../engine/change-summary.ts";
import { deployCore, deployFamily, stacksAtOnce } from "../engine/deploy-estate.ts";
import { openLocalGround } from "../engine/open-local-stack.ts";
import { publishContracts } from "../engine/publish-contract.ts";
import { familiesAfterCore, stackTarget, tenantTarget } from "../engine/stack-target.ts";
import { exitCode } from "../exit-code.ts";
import { asShown } from "../known-errors.ts";
import { reportDeployments } from "../ops/deployments/report-deployments.ts";
import { sideBySide } from "../side-by-side.ts";
import { bringUp } from "../tenants/fleet.ts";
import { localTenants } from "../tenants/local-tenants.ts";
import { TenantRecords } from "../tenants/tenant-records.ts";
import { estateStatus, isFine, showStatus } from "./status.ts";

const isUp = (status: ServiceStatus) => isFine(status) && status.health !== "not deployed";

export function startCommand(): Command {
  return defineCommand({
    name: "start",
    summary: "Run the whole estate on an embedded cloud: core and all families",
    description:
      "Sets up what is missing, starts the embedded cloud, brings core and then the stacks of all families to what the programs say and shows every service with its URL and health. The embedded cloud goes on running: `npx chittyops local stop` ends it.",
    examples: [["npm start", "the same, and the dependencies are installed first"]],
    async action(session) {
      const target = stackTarget();
      // Its stack and its cloud are ours alone: what a dead process left there is removed without a question, and it is said.
      const ground = await openLocalGround(session);
      const command = "start";
      const { logs, contracts } = await deployCore(session, target, { command, ground, title: "Core stack" });
      const options = { command, environment: target.environment, ground };
      const families = familiesAfterCore();
      const outcomes = await session.console.together(async () => {
        await publishContracts(session, contracts, target, { ...options, atOnce: stacksAtOnce });
        const works = families.map((family) => () => deployFamily(session, family, options));
        if (families.includes("digital-dossier")) {
          const { tenants, tenantGround } = await localTenants(session, ground);
          for (const tenant of tenants) {
            if (tenant.standing !== "current")
              works.push(() => bringUp(session, tenant, tenantGround, { command, yes: true }));
          }
        }
        return sideBySide(works, stacksAtOnce, (work) => work());
      });
      session.signal.throwIfAborted();
      await reportDeployments(session, target.environment);
      const tenants = new TenantRecords(target.environment).present();
      const targets = [
        target,
        ...families.map((family) => stackTarget(family)),
        ...tenants.map(({ id }) => tenantTarget(id)),
      ];
      const services = (await Promise.all(targets.map((each) => estateStatus(session, each)))).flat();
      session.console.result(
        { ...changeSummary([...logs, ...outcomes.flatMap((outcome) => outcome.logs)]), services },
        () => showStatus(session.console, services, Date.now()),
      );
      const failures = outcomes.flatMap(({ error }) => (error === undefined ? [] : [error]));
      for (const failure of failures) session.console.error(asShown(failure));
      return failures.length === 0 && services.every(isUp) ? exitCode.ok : exitCode.failed;
    },
  });
}
