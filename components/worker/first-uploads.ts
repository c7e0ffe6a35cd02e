import * as cloudflare from "@pulumi/cloudflare";
import type * as pulumi from "@pulumi/pulumi";
import type { ResolvedWorker } from "../../catalog/index.ts";
import type { Bundles } from "../artifact.ts";
import { classesAfter, shellCode } from "./worker-code.ts";

export interface FirstUpload {
  tag: string;
  script: cloudflare.WorkersScript;
}

interface Upload {
  /** Inputs of the script itself. */
  args: cloudflare.WorkersScriptArgs;
  /** Whether others bind the script before it is deployed. */
  closesCycle: boolean;
  bundles: Bundles;
}

/** Only the name is the upload's own; everything else belongs to the script that follows under the same name. */
const ownedByTheScript: (keyof cloudflare.WorkersScriptArgs)[] = [
  "annotations",
  "assets",
  "bindings",
  "compatibilityDate",
  "compatibilityFlags",
  "content",
  "contentFile",
  "contentSha256",
  "files",
  "limits",
  "mainModule",
  "migrations",
  "observability",
  "placement",
  "tailConsumers",
];

/**
 * Uploads that come before a script, under its name, each made once:
 * - one for each Durable Object migration. Cloudflare applies a migration with an upload whose old tag is the deployed one, and
 *   rejects any later upload that still carries it (10079), while a script's inputs are sent again at each change. So the state
 *   remembers which migrations there were, and the script itself carries none.
 * - one without bindings to other Workers where bindings form a cycle, so that there is a name to bind.
 *
 * They are kept on delete, since the script itself deletes what is there, and never change, since the script owns it.
 */
export function firstUploads(
  name: string,
  worker: ResolvedWorker,
  { args, closesCycle, bundles }: Upload,
  opts: pulumi.CustomResourceOptions,
): FirstUpload[] {
  const { migrations } = worker;
  const whole = closesCycle ? withoutOtherWorkers(args) : args;
  const made: FirstUpload[] = [];
  const upload = (tag: string, inputs: cloudflare.WorkersScriptArgs) => {
    const before = made.map(({ script }) => script);
    const script = new cloudflare.WorkersScript(`${name}-${tag}`, inputs, {
      ...opts,
      dependsOn: before,
      retainOnDelete: true,
      ignoreChanges: ownedByTheScript,
      additionalSecretOutputs: ["bindings"],
    });
    made.push({ tag, script });
  };
  for (const [index, { tag, ...changes }] of migrations.entries()) {
    const oldTag = migrations[index - 1]?.tag;
    const steps = {
      newTag: tag,
      ...(oldTag !== undefined && { oldTag }),
      ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
    };
    const isLast = index === migrations.length - 1;
    // A script that is live gets its migration with its own code. Earlier tags are only applied where there is no script yet.
    const inputs = isLast ? whole : bare(args, shellCode(classesAfter(migrations.slice(0, index + 1)), bundles));
    upload(`migration-${tag}`, { ...inputs, migrations: steps });
  }
  if (closesCycle && made.length === 0) upload("shell", whole);
  return made;
}

/** A script that is bound to nothing. */
function bare(
  { accountId, scriptName, compatibilityDate, compatibilityFlags, observability }: cloudflare.WorkersScriptArgs,
  code: Partial<cloudflare.WorkersScriptArgs>,
): cloudflare.WorkersScriptArgs {
  const settings = { compatibilityDate, compatibilityFlags, observability };
  return { accountId, scriptName, ...code, ...settings };
}

function withoutOtherWorkers(args: cloudflare.WorkersScriptArgs): cloudflare.WorkersScriptArgs {
  const { tailConsumers: _tailConsumers, bindings, ...rest } = args;
  const own = (bindings as cloudflare.types.input.WorkersScriptBinding[]).filter(
    ({ type, scriptName }) => type !== "service" && scriptName === undefined,
  );
  return { ...rest, bindings: own };
}
