import { z } from "zod";

const parameter = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header", "cookie"]),
  required: z.boolean().default(false),
  schema: z.record(z.string(), z.unknown()).default({}),
});
const operation = z.looseObject({
  summary: z.string().default(""),
  parameters: z.array(parameter).default([]),
  requestBody: z
    .object({ content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()).default({}) })) })
    .optional(),
});

/** What is read of the plane's `/openapi.json`. */
export const planeDescription = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) });
export type PlaneDescription = z.output<typeof planeDescription>;

/** One operation of the plane as a tool of the Model Context Protocol. */
export interface PlaneTool {
  name: string;
  description: string;
  inputSchema: { type: "object"; properties: Record<string, object>; required: string[]; additionalProperties: false };
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** @throws Error where a part of the path is missing */
  pathOf(input: Readonly<Record<string, unknown>>): string;
  /** Whether the input has a `body` to send. */
  hasBody: boolean;
}

const methods = ["get", "post", "put", "patch", "delete"] as const;
const prefix = "/api/v1/";
/** What services and children do for themselves, and what is too large for an answer. */
const notForOperators = /^\/api\/v1\/(?:challenge|services\/\{[^}]+\}\/heartbeat|audit\/export)$/;

/**
 * The plane's operations as tools, by the plane's own description of itself: what it learns to do is a tool without being written again.
 * @param options.writes whether those that change something are among them
 */
export function planeTools({ paths }: PlaneDescription, { writes }: { writes: boolean }): PlaneTool[] {
  const tools: PlaneTool[] = [];
  for (const [path, operations] of Object.entries(paths)) {
    if (!path.startsWith(prefix) || notForOperators.test(path)) continue;
    for (const method of methods) {
      const known = operations[method];
      const registersItself = method === "post" && path === "/api/v1/services";
      if (known === undefined || registersItself || (method !== "get" && !writes)) continue;
      tools.push(toolOf(path, method, known));
    }
  }
  return tools.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function toolOf(
  path: string,
  method: (typeof methods)[number],
  { summary, parameters, requestBody }: z.output<typeof operation>,
): PlaneTool {
  const given = parameters.filter((one) => one.in === "path" || one.in === "query");
  const body = requestBody?.content["application/json"]?.schema;
  const inPath = given.filter((one) => one.in === "path").map(({ name }) => name);
  const inQuery = given.filter((one) => one.in === "query").map(({ name }) => name);
  return {
    name: nameOf(path, method),
    description: summary,
    inputSchema: {
      type: "object",
      properties: {
        ...Object.fromEntries(given.map(({ name, schema }) => [name, schema])),
        ...(body !== undefined && { body }),
      },
      required: [
        ...given.filter(({ required }) => required).map(({ name }) => name),
        ...(body === undefined ? [] : ["body"]),
      ],
      additionalProperties: false,
    },
    method: method.toUpperCase() as PlaneTool["method"],
    hasBody: body !== undefined,
    pathOf(input) {
      const filled = inPath.reduce((text, name) => text.replace(`{${name}}`, partOf(name, input[name])), path);
      const query = new URLSearchParams();
      for (const name of inQuery) if (input[name] !== undefined) query.set(name, String(input[name]));
      return query.size === 0 ? filled : `${filled}?${query}`;
    },
  };
}

/** e.g. `get_incidents`, `get_incidents_by_id`, `post_incidents_ack`: at most 64 characters of what every client takes. */
function nameOf(path: string, method: string): string {
  const parts = path.slice(prefix.length).split("/");
  const words = parts.flatMap((part, index) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return [part];
    return index === parts.length - 1 ? ["by", name] : [];
  });
  return [method, ...words]
    .join("_")
    .replaceAll(/[^a-zA-Z0-9_-]/g, "_")
    .slice(0, 64);
}

/** One part of a path: it cannot reach into another one. */
function partOf(name: string, value: unknown): string {
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  if (text === "" || text === "." || text === "..") throw new Error(`${name} is missing, or is no name.`);
  return encodeURIComponent(text);
}
