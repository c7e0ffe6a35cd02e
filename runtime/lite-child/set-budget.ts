import { z } from "zod";
import { budgetLevel, type LiteChild } from "../../contracts/lite-child.ts";
import { checked } from "../problem/checked.ts";
import { type ChildEnvironment, onlyObject } from "./environment.ts";
import { requireSignedJson } from "./signed-call.ts";

/** `level` null gives it back to what was used. `until` by default: for a day. */
const change = z.union([
  z.strictObject({ level: budgetLevel, until: z.iso.datetime().optional() }),
  z.strictObject({ level: z.null() }),
]);
const dayMilliseconds = 86_400_000;

/** `PUT /api/v1/budget`: an administrator's word on the level, signed with the child's key. It is heard at any level and over any quota. */
export async function setBudget(request: Request, child: LiteChild, env: ChildEnvironment): Promise<Response> {
  const wanted = checked(change, await requireSignedJson(request, child, env));
  const set =
    wanted.level === null
      ? null
      : {
          level: wanted.level,
          until: wanted.until === undefined ? Date.now() + dayMilliseconds : Date.parse(wanted.until),
        };
  return Response.json(await env.BUDGET.getByName(onlyObject).set(set));
}
