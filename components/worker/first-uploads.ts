import type * as pulumi from "@pulumi/pulumi";
import type { ResolvedWorker } from "../../catalog/index.ts";
import * as cloudflare from "../cloudflare.ts";
import { classesAfter } from "./worker-code.ts";

export interface FirstUpload {
  tag: string;
  script: cloudflare.WorkersScript;
}

interface FirstUploadPlace {
  accountId: string;
  closesCycle: boolean;
  /** What bounds the use of the script, from its first upload on. */
  bounds?: Pick<cloudflare.WorkersScriptArgs, "limits" | "bindings">;
}

/** Only the name is the upload's own; everything else belongs to the script that follows under the same name. */
const ownedByTheScript: (keyof cloudflare.WorkersScriptArgs)[] = [
  "bindings",
  "compatibilityDate",
  "compatibilityFlags",
  "content",
  "limits",
  "mainModule",
  "migrations",
  "observability",
];

/**
 * Uploads that come before a script, under its name, each made once:
 * - one for each Durable Object migration. Cloudflare applies a migration with an upload whose old tag is the deployed one, and
 *   rejects any later upload that still carries it (10079), while a script's inputs are sent again at each change. So the state
 *   remembers which migrations there were, and the script itself carries none.
 * - one where bindings form a cycle, so that there is a name to bind.
 *
 * They are kept on delete, since the script itself deletes what is there, and never change, since the script owns it. Their code is
 * a few lines within the state and no file: a file changes, and what is ignored here would no longer fit it.
 */
export function firstUploads(
  name: string,
  worker: Pick<
    ResolvedWorker,
    "scriptName" | "compatibilityDate" | "compatibilityFlags" | "observability" | "migrations"
  >,
  { accountId, closesCycle, bounds = {} }: FirstUploadPlace,
  opts: pulumi.CustomResourceOptions,
): FirstUpload[] {
  const { scriptName, compatibilityDate, compatibilityFlags, observability, migrations } = worker;
  const made: FirstUpload[] = [];
  const upload = (tag: string, classes: string[], more: Partial<cloudflare.WorkersScriptArgs>) => {
    const settings = { compatibilityDate, compatibilityFlags: [...compatibilityFlags].sort(), observability };
    const script = new cloudflare.WorkersScript(
      `${name}-${tag}`,
      { accountId, scriptName, mainModule: "index.mjs", content: waiting(classes), ...settings, ...bounds, ...more },
      {
        ...opts,
        dependsOn: made.map(({ script }) => script),
        retainOnDelete: true,
        ignoreChanges: ownedByTheScript,
      },
    );
    made.push({ tag, script });
  };
  for (const [index, { tag, ...changes }] of migrations.entries()) {
    const oldTag = migrations[index - 1]?.tag;
    const declared = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    upload(`migration-${tag}`, classesAfter(migrations.slice(0, index + 1)), {
      migrations: { newTag: tag, ...(oldTag !== undefined && { oldTag }), ...declared },
    });
  }
  if (closesCycle && made.length === 0) upload("shell", [], {});
  return made;
}

/**
 * A Worker that refuses whatever it is asked, so that it is asked again: the script that follows a moment later is to have the
 * request, the message and the alarm.
 */
function waiting(classes: readonly string[]): string {
  const refuse = 'throw new Error("This Worker is being deployed")';
  const answer = 'new Response("This Worker is being deployed", { status: 503, headers: { "retry-after": "1" } })';
  return [
    `class Waiting { fetch() { return ${answer}; } alarm() { ${refuse}; } }`,
    ...(classes.length > 0 ? [`export { ${classes.map((className) => `Waiting as ${className}`).join(", ")} };`] : []),
    `export default { fetch: () => ${answer}, queue() { ${refuse}; }, scheduled() { ${refuse}; }, tail() {} };`,
    "",
  ].join("\n");
}
