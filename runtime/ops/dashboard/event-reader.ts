import { type CloudEvent, topic } from "../../../contracts/ops-events.ts";
import type { Remote } from "../../storage/object-namespace.ts";
import type { EventObject } from "../events/event-object.ts";
import type { EventReader } from "./dashboard-data.ts";

/** So much of an event's data is on a page: an event may be large, and the page has fifty. */
const shownCharacters = 1_000;

/** Events from the latest one backwards: the cursor is the sequence number that a page begins below. */
export const eventReader = (hub: Remote<EventObject>): EventReader => ({
  async list(families, filter, { after, limit }) {
    if (filter.topic !== undefined && !topic.safeParse(filter.topic).success) return { rows: [] };
    const asked = Number(after ?? Number.NaN);
    const before = Number.isSafeInteger(asked) && asked > 0 ? asked : Number.MAX_SAFE_INTEGER;
    const { events, next } = await hub.list({ families, topic: filter.topic, before, limit });
    const rows = events.map(({ sequence, storedAt, event }) => ({
      sequence,
      at: storedAt,
      type: event.type,
      source: event.source,
      ...(event.subject !== undefined && { subject: event.subject }),
      data: dataOf(event),
    }));
    return { rows, ...(next !== undefined && { next: String(next) }) };
  },
});

function dataOf({ data, data_base64 }: CloudEvent): string {
  const text = data === undefined ? (data_base64 ?? "") : JSON.stringify(data, undefined, 1);
  return text.length <= shownCharacters
    ? text
    : `${text.slice(0, shownCharacters)}… (${text.length} characters in all: the API has them)`;
}
