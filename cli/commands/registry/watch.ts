import { setTimeout } from "node:timers/promises";
import type { Command } from "commander";
import { eventPage, type StoredEvent } from "../../../contracts/ops-events.ts";
import { defineCommand } from "../../command.ts";
import type { Plane } from "../../ops/plane-client.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption } from "../../options.ts";

const topic = "cc.chitty.service";
const pageSize = 500;
/** Milliseconds between two looks. */
const everyMilliseconds = 2_000;

export function watchCommand(): Command {
  return defineCommand({
    name: "watch",
    summary: "Show what changes among the services, as it happens",
    description:
      "Shows each service that comes, changes, goes, or changes its health, from now on until it is interrupted. With --json each is a CloudEvent on a line of its own.",
    examples: [["npx chittyops registry watch -e prod", "what happens from now on"]],
    configure: environmentOption,
    async action(session, options) {
      const plane = await planeFor(session, options);
      const { console } = session;
      let after = await lastSequence(plane);
      for (;;) {
        const { events } = await plane.get(`/api/v1/events?topic=${topic}&after=${after}&limit=${pageSize}`, eventPage);
        for (const { event } of events) console.raw(`${console.json ? JSON.stringify(event) : line(event)}\n`);
        after = events.at(-1)?.sequence ?? after;
        if (events.length < pageSize) await setTimeout(everyMilliseconds, undefined, { signal: session.signal });
      }
    },
  });
}

async function lastSequence(plane: Plane): Promise<number> {
  const { events } = await plane.get(
    `/api/v1/events?topic=${topic}&before=${Number.MAX_SAFE_INTEGER}&limit=1`,
    eventPage,
  );
  return events[0]?.sequence ?? 0;
}

function line({ time = "", type, subject = "", data }: StoredEvent["event"]): string {
  const detail = typeof data === "object" && data !== null && "detail" in data ? `  ${String(data.detail)}` : "";
  return `${time}  ${subject}  ${type.slice(topic.length + 1)}${detail}`;
}
