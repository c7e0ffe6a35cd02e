import type { z } from "zod";
import type { nodePlane } from "../../../../runtime/ops/testing/node-plane.ts";
import { UserError } from "../../../user-error.ts";
import type { Plane } from "../../plane-client.ts";

type NodePlane = Awaited<ReturnType<typeof nodePlane>>;

/** The real plane in this process as the command line's client shows it, for one operator. */
export function planeAs(plane: NodePlane, as: string): Pick<Plane, "get" | "send"> {
  const call = async <T>(path: string, init: object, schema: z.ZodType<T>): Promise<T> => {
    const response = await plane.request(path, { as, ...init });
    const text = await response.text();
    if (!response.ok)
      throw new UserError(`The operations plane refused it (${response.status}): ${JSON.parse(text).detail}`);
    return schema.parse(text === "" ? null : JSON.parse(text));
  };
  return {
    get: (path, schema) => call(path, {}, schema),
    send: (method, path, body, schema) => call(path, { method, ...(body !== undefined && { body }) }, schema),
  };
}
