import type { CloudEvent, EventFilter } from "../../../contracts/ops-events.ts";

/** Which events a subscription is for. */
export interface Interest {
  topics: readonly string[];
  filters: readonly EventFilter[];
  /** Absent: events of all families, and of none. */
  family?: string | undefined;
}

export function isOfInterest(event: CloudEvent, { topics, filters, family }: Interest): boolean {
  if (family !== undefined && event.family !== family) return false;
  return topics.some((topic) => isOfTopic(event.type, topic)) && filters.every((filter) => passes(event, filter));
}

/** Whether a type is a topic, or below it. */
export const isOfTopic = (type: string, topic: string): boolean => type === topic || type.startsWith(`${topic}.`);

function passes(event: CloudEvent, filter: EventFilter): boolean {
  const compare = (attributes: Record<string, string>, fits: (value: string, given: string) => boolean) =>
    Object.entries(attributes).every(([name, given]) => {
      const value = event[name];
      // Attributes only: data is looked into by nobody but the receiver.
      return name !== "data" && ["string", "number", "boolean"].includes(typeof value) && fits(String(value), given);
    });
  if ("exact" in filter) return compare(filter.exact, (value, given) => value === given);
  if ("prefix" in filter) return compare(filter.prefix, (value, given) => value.startsWith(given));
  return compare(filter.suffix, (value, given) => value.endsWith(given));
}
