import type { Command } from "commander";
import type { ConnectionReport } from "../../../database/connectivity/connection-report.ts";
import { testConnection } from "../../../database/connectivity/test-connection.ts";
import { type EdgeReport, testFromEdge } from "../../database/test-from-edge.ts";
import { exitCode } from "../../exit-code.ts";
import type { Console } from "../../output/console.ts";
import { databaseHelp, defineDbCommand, optionalDatabase } from "./define-db-command.ts";

export function testCommand(): Command {
  return defineDbCommand({
    name: "test",
    summary: "Test the connections to databases, from here and from the edge",
    description:
      "Goes from here step by step to a session as the owner and as the runtime role (address, TCP, TLS, authentication, latency, privileges, free connections), and asks each service that is still a shell for its Hyperdrive bindings. Fails where a step fails.",
    examples: [["npx chittyops db test finance -e prod", "where the way ends, and what to do"]],
    configure: (command) => command.argument(optionalDatabase, databaseHelp),
    async action({ console, signal }, databases, _options, [name]) {
      const chosen = databases.chosen(name);
      const results: Tested[] = [];
      for (const database of chosen) {
        const step = console.phase(`Testing ${database.key}`);
        const { ownerUri, runtimeUri, pooledUri } = database.outputs;
        const connections = {
          owner: await testConnection(ownerUri, { purpose: "owner", signal }),
          runtime: await testConnection(runtimeUri, { purpose: "runtime", signal }),
          pooled: await testConnection(pooledUri, { purpose: "runtime", signal }),
        };
        const edge = await testFromEdge(databases, database);
        const one = { database: database.key, ok: isOk(connections, edge), connections, edge };
        if (one.ok) step.done();
        else step.failed();
        results.push(one);
      }
      console.result(results, () => results.map((one) => shown(console, one)).join("\n\n"));
      return results.every(({ ok }) => ok) ? exitCode.ok : exitCode.failed;
    },
  });
}

interface Tested {
  database: string;
  ok: boolean;
  connections: Record<string, ConnectionReport>;
  edge: readonly EdgeReport[];
}

function isOk(connections: Tested["connections"], edge: Tested["edge"]): boolean {
  return Object.values(connections).every(({ ok }) => ok) && edge.every(({ state }) => state !== "failed");
}

const marks = { passed: "✔", warning: "!", failed: "✖", skipped: "-" } as const;
const colours = { passed: "green", warning: "yellow", failed: "red", skipped: "dim" } as const;

function shown(console: Console, { database, connections, edge }: Tested): string {
  const line = (state: keyof typeof marks, what: string, found: string, remedy?: string) =>
    [
      `  ${console.style(colours[state], marks[state])} ${what}: ${found}`,
      ...(remedy ? [`      ${remedy.replaceAll("\n", "\n      ")}`] : []),
    ].join("\n");
  return [
    console.style("bold", database),
    ...Object.entries(connections).flatMap(([as, { steps }]) => [
      ` as ${as}`,
      ...steps.map(({ step, state, found, remedy }) => line(state, step, found, remedy)),
    ]),
    " from the edge",
    ...(edge.length === 0
      ? ["  no service binds it through Hyperdrive"]
      : edge.map(({ service, binding, state, found }) => line(state, `${service} ${binding}`, found))),
  ].join("\n");
}
