import { stackTarget } from "../engine/stack-target.ts";
import { stringOption } from "../options.ts";
import type { Session } from "../session.ts";
import { type Plane, planeOf } from "./plane-client.ts";

/** The plane of the environment that `-e` names. @throws UserError */
export function planeFor(session: Session, options: Readonly<Record<string, unknown>>): Promise<Plane> {
  return planeOf(session, stackTarget(undefined, stringOption(options, "env")).environment);
}

/** `?a=1&b=2` of what is given. */
export function query(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ""
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}`;
}
