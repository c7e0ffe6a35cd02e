import type { Command } from "commander";
import { familyNames } from "../../catalog/index.ts";
import { type HealthSummary, healthSummary } from "../../contracts/ops-health.ts";
import { type RegistryEntry, registryDetail } from "../../contracts/ops-registry.ts";
import { defineCommand } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { allServices } from "../ops/all-services.ts";
import { planeFor } from "../ops/plane-for.ts";
import { looking, watchOption } from "../ops/watch.ts";
import { environmentOption, flag, stringOption } from "../options.ts";
import type { Console } from "../output/console.ts";
import { healthWord } from "../output/health-word.ts";
import { table } from "../output/table.ts";
import { UserError } from "../user-error.ts";
import { shownService } from "./registry/show.ts";

interface Health {
  summary: HealthSummary;
  services: RegistryEntry[];
}

const fine = new Set(["healthy", "excluded"]);

export function healthCommand(): Command {
  return defineCommand({
    name: "health",
    summary: "Show how every service is, as the operations plane sees it",
    description:
      "Shows how every service is, as the operations plane sees it, or looks at one now. Fails when one is not healthy, unless it is in maintenance.",
    examples: [
      ["npx chittyops health -e prod --watch", "how everything is, each time that it changes"],
      ["npx chittyops health chittyfinance --check", "looks at one service now"],
    ],
    configure: (command) =>
      watchOption(environmentOption(command))
        .argument("[service]", "one service, with how it is watched")
        .option("-f, --family <family>", `of one family: ${familyNames.join(", ")}`)
        .option("--check", "look at the service now, instead of telling what was found last"),
    async action(session, options, [name]) {
      if (flag(options, "check") && name === undefined) {
        throw new UserError("--check looks at one service, and none is named.", {
          remedy: "npx chittyops health <service> --check",
          exitCode: exitCode.usage,
        });
      }
      const plane = await planeFor(session, options);
      if (name !== undefined) {
        const path = `/api/v1/services/${encodeURIComponent(name)}`;
        let healthy = false;
        const look = async () => {
          const found = flag(options, "check")
            ? await plane.send("POST", `${path}/check`, undefined, registryDetail)
            : await plane.get(path, registryDetail);
          healthy = isFine(found);
          return found;
        };
        await looking(session, options, look, (service) => shownService(session.console, service));
        return healthy ? exitCode.ok : exitCode.failed;
      }
      const family = stringOption(options, "family");
      let healthy = false;
      const look = async (): Promise<Health> => {
        const [summary, services] = await Promise.all([
          plane.get("/api/v1/health", healthSummary),
          allServices(plane, { family }),
        ]);
        healthy = summary.blindSince === undefined && services.every(isFine);
        return { summary, services };
      };
      await looking(session, options, look, (health) => shown(session.console, health));
      return healthy ? exitCode.ok : exitCode.failed;
    },
  });
}

const isFine = ({ health, maintenance }: Pick<RegistryEntry, "health" | "maintenance">): boolean =>
  fine.has(health) || maintenance;

function shown(console: Console, { summary, services }: Health): string {
  const rows = services.map((service) => [
    service.name,
    service.family,
    healthWord(console, service),
    service.latency === undefined ? "" : `${service.latency} ms`,
    service.last_health_check ?? "",
  ]);
  const pages = summary.synthetics.map(({ name, health, last }) => [
    `page ${name}`,
    "",
    healthWord(console, { health, maintenance: false }),
    last?.latency === undefined ? "" : `${last.latency} ms`,
    last?.at ?? "",
  ]);
  return `${headline(summary, services)}\n\n${table(["SERVICE", "FAMILY", "HEALTH", "LATENCY", "LOOKED AT"], [...rows, ...pages])}`;
}

function headline({ blindSince, at }: HealthSummary, services: readonly RegistryEntry[]): string {
  if (at === undefined) return "The plane has not looked yet.";
  if (blindSince !== undefined) return `The plane is blind since ${blindSince}: what it shows is unknown.`;
  const wrong = services.filter((service) => !isFine(service)).map(({ name }) => name);
  if (wrong.length === 0) return "All services are healthy.";
  return `${wrong.length} of ${services.length} services are not healthy: ${wrong.join(", ")}.`;
}
