import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type InputProblem, refuse } from "../../components/input-problems.ts";

const id = z.string().regex(/^[0-9a-f]{32}$/, "32 hexadecimal digits");

/** Where a stack lives; in the configuration of every stack that makes something. */
export const placeFields = {
  /** Id of the Cloudflare account. */
  accountId: id,
  /** Id of the zone that the family's hosts are in. */
  zoneId: id,
  /** Of `local`: the embedded cloud's API, e.g. `http://127.0.0.1:41801/client/v4`. */
  cloudflareBaseUrl: z.url().endsWith("/client/v4").optional(),
  /** The Neon organization of the databases, e.g. `org-quiet-river-12345678`; absent: the one of `NEON_API_KEY`. */
  neonOrganization: z
    .string()
    .regex(/^org-[a-z0-9-]+$/, "an organization's id, e.g. org-quiet-river-12345678")
    .optional(),
  /** Of `local`: the embedded cloud's edge, e.g. `http://127.0.0.1:41802`. */
  edgeUrl: z.url().optional(),
  /** People with an address there may reach the operators' pages, e.g. `chitty.cc`. */
  operatorEmailDomain: z.string().min(3),
};
export type PlaceConfig = Config<typeof placeFields>;

/** What a stack's configuration holds. `offline`: a preview without credentials, in which marked dummies stand in for what is not known. */
export type Config<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>> & { offline: boolean };

const dummies: Readonly<Record<string, string>> = {
  accountId: "0".repeat(32),
  zoneId: "0".repeat(32),
  accessTeam: "offline-preview",
  loginGovClientId: "offline preview",
};

/**
 * Reads and checks the configuration of this stack, in the namespace `chittyops`. None of it is secret.
 *
 * @param json fields that are no text
 * @throws pulumi.InputPropertiesError with every problem.
 */
export function readConfig<Text extends z.ZodRawShape, Json extends z.ZodRawShape>(
  text: Text,
  json: Json,
): Config<Text & Json> {
  const offline = process.env.CHITTYOPS_OFFLINE === "1";
  const config = new pulumi.Config("chittyops");
  const found: Record<string, unknown> = {
    ...Object.fromEntries(
      Object.keys(text).map((key) => [key, config.get(key) ?? (offline ? dummies[key] : undefined)]),
    ),
    ...Object.fromEntries(Object.keys(json).map((key) => [key, config.getObject(key)])),
  };
  const schema = z.object({ ...text, ...json });
  const parsed = schema.safeParse(found);
  const problems: InputProblem[] = (parsed.error?.issues ?? []).map(({ path, message }) => {
    const value = found[String(path[0])];
    return {
      propertyPath: `chittyops:${path.join(".")}`,
      found: value === undefined ? "nothing" : JSON.stringify(value),
      expected: message,
      remedy: `pulumi config set chittyops:${String(path[0])} <value>${offline ? "" : ", or preview with CHITTYOPS_OFFLINE=1"}`,
    };
  });
  if (offline && !pulumi.runtime.isDryRun()) {
    problems.push({
      propertyPath: "CHITTYOPS_OFFLINE",
      found: "CHITTYOPS_OFFLINE=1 with an update",
      expected: "it with a preview only, since dummies stand in for what is not known",
      remedy: "unset CHITTYOPS_OFFLINE",
    });
  }
  refuse(problems);
  return { ...schema.parse(found), offline } as Config<Text & Json>;
}
