import type { Command } from "commander";
import { cloudflarePrices } from "../../contracts/cloudflare-prices.ts";
import { metricsWindow, metricsWindows, type ServiceUsage } from "../../contracts/ops-metrics.ts";
import { defineCommand } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { estimateOf } from "../ops/cost/estimate.ts";
import { findingsOf, servicesOf } from "../ops/cost/measured.ts";
import { planeFor } from "../ops/plane-for.ts";
import { environmentOption, stringOption } from "../options.ts";
import { table } from "../output/table.ts";
import { UserError } from "../user-error.ts";

const month = 30 * 24 * 3_600_000;

export function costCommand(): Command {
  return defineCommand({
    name: "cost",
    summary: "Show what each service costs, and what is worth a change",
    description: `Shows requests, errors, latency, CPU time and cost of each service, as tail events tell, and proposes changes of the catalog by that and by what the last scan saw in the accounts. Prices are Cloudflare's list prices as read on ${cloudflarePrices.readOn}; a month is what the window would come to. Storage, egress and databases are not in it.`,
    examples: [
      ["npx chittyops cost -e prod --window 30d", "the last thirty days"],
      ["npx chittyops cost --json", "for a script, in US dollars"],
    ],
    configure: (command) =>
      environmentOption(command).option(
        "--window <window>",
        `how far back: ${metricsWindow.options.join(", ")}`,
        "24h",
      ),
    async action(session, options) {
      const window = metricsWindow.safeParse(stringOption(options, "window"));
      if (!window.success) {
        throw new UserError("There is no such window.", {
          expected: metricsWindow.options.join(", "),
          exitCode: exitCode.usage,
        });
      }
      const plane = await planeFor(session, options);
      const services = await servicesOf(plane, window.data);
      const findings = await findingsOf(plane);
      const times = month / metricsWindows[window.data];
      const estimate = estimateOf(services, times);
      session.console.result({ window: window.data, services, estimate, findings }, () =>
        [
          table(
            ["SERVICE", "REQUESTS", "ERRORS", "P50", "P95", "P99", "CPU", "A MONTH"],
            services.map((usage) => rowOf(usage, times)),
          ),
          `The account: $${estimate.dollars.toFixed(2)} a month if it goes on like this, of which $${cloudflarePrices.subscription.toFixed(2)} is the subscription; what the plan includes is taken off.`,
          ...findings.map(({ service, found, remedy, change }) =>
            [`${service}: ${found}. ${remedy}`, ...(change === undefined ? [] : [`  ${JSON.stringify(change)}`])].join(
              "\n",
            ),
          ),
        ].join("\n"),
      );
      return undefined;
    },
  });
}

function rowOf(
  { service, requests, errors, latency, cpuMilliseconds, dollars }: ServiceUsage,
  times: number,
): string[] {
  const duration = (milliseconds: number | undefined) => (milliseconds === undefined ? "" : `${milliseconds} ms`);
  const cpu = `${Math.round(cpuMilliseconds)} ms`;
  return [
    service,
    String(requests),
    String(errors),
    duration(latency?.p50),
    duration(latency?.p95),
    duration(latency?.p99),
    cpu,
    `$${(dollars * times).toFixed(2)}`,
  ];
}
