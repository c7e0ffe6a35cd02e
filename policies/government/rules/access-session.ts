import { kindOf, read } from "../../kit/graph.ts";
import { guardsCji } from "../access.ts";
import { governmentRule } from "../government-rule.ts";

/** Hours. A working day: whoever comes back tomorrow signs in again. */
const longest = 12;
const hoursPer: Readonly<Record<string, number>> = { s: 1 / 3600, m: 1 / 60, h: 1 };

/** Hours of a duration as Go writes one, e.g. `1h30m`; undefined for another text. */
function hoursOf(duration: unknown): number | undefined {
  if (typeof duration !== "string" || !/^(\d+(\.\d+)?[smh])+$/.test(duration)) return undefined;
  const parts = duration.matchAll(/(\d+(?:\.\d+)?)([smh])/g);
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (hoursPer[unit ?? ""] ?? 0), 0);
}

export const accessSession = governmentRule({
  id: "government-access-session",
  title: "A session with criminal justice information ends within twelve hours",
  controls: ["AC-12"],
  cannotSee: "Sessions that the app keeps by itself.",
  remedy: 'Set sessionDuration of the application to "12h" or less',
  kinds: ["ZeroTrustAccessApplication", "ZeroTrustAccessPolicy"],
  scope: "stack",
  appliesTo: guardsCji,
  *check(node) {
    const duration = read(node, "sessionDuration");
    // A policy without one has its application's.
    if (duration === undefined && kindOf(node.type) === "ZeroTrustAccessPolicy") return;
    const hours = hoursOf(duration);
    if (hours === undefined || hours > longest) yield `its sessions have no end within ${longest} hours`;
  },
});
