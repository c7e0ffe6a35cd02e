import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type InputProblem, refuse } from "../../components/input-problems.ts";

const id = z.string().regex(/^[0-9a-f]{32}$/, "32 hexadecimal digits");

/** The stack's configuration, in the namespace `chittyops`. None of it is secret. */
const schema = z.object({
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
  /** Id of the account's Secrets Store where another stack made it. */
  secretsStoreId: id.optional(),
  /** Key of a secret to its epoch; raising it makes a new value. Example: `{ "chittyfinance/JWT_SECRET": 2 }` */
  secretEpochs: z.record(z.string(), z.number().int().min(1)).default({}),
  /** Epoch of the families' enrolment keys. */
  keyEpoch: z.number().int().min(1).default(1),
});

export interface CoreConfig extends z.infer<typeof schema> {
  /** A preview without credentials: what is not known is replaced by marked dummies. */
  offline: boolean;
}

const dummyId = "0".repeat(32);

/**
 * Reads and checks the configuration of this stack.
 * @throws pulumi.InputPropertiesError with every problem.
 */
export function coreConfig(): CoreConfig {
  const offline = process.env.CHITTYOPS_OFFLINE === "1";
  const config = new pulumi.Config("chittyops");
  const found = {
    accountId: config.get("accountId") ?? (offline ? dummyId : undefined),
    zoneId: config.get("zoneId") ?? (offline ? dummyId : undefined),
    cloudflareBaseUrl: config.get("cloudflareBaseUrl"),
    neonOrganization: config.get("neonOrganization"),
    edgeUrl: config.get("edgeUrl"),
    operatorEmailDomain: config.get("operatorEmailDomain"),
    secretsStoreId: config.get("secretsStoreId"),
    secretEpochs: config.getObject("secretEpochs"),
    keyEpoch: config.getNumber("keyEpoch"),
  };
  const parsed = schema.safeParse(found);
  const problems: InputProblem[] = (parsed.error?.issues ?? []).map(({ path, message }) => {
    const [key] = path;
    const value = typeof key === "string" ? Object.entries(found).find(([name]) => name === key)?.[1] : undefined;
    return {
      propertyPath: `chittyops:${path.join(".")}`,
      found: value === undefined ? "nothing" : JSON.stringify(value),
      expected: message,
      remedy: `pulumi config set chittyops:${String(key)} <value>${offline ? "" : ", or preview with CHITTYOPS_OFFLINE=1"}`,
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
  return { ...schema.parse(found), offline };
}
