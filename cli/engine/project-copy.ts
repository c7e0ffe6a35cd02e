import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { writeWholeSync } from "../../local/engine/write-whole.ts";
import { ReapedApps } from "../apps/reaped-apps.ts";
import type { StackTarget } from "./stack-target.ts";

/**
 * A copy of a project's Pulumi.yaml and of a stack's configuration, in the folder the engine runs in. Several engine commands write the
 * salt of the passphrase into the configuration beside Pulumi.yaml, whatever `--config-file` says; it must not be the committed one.
 */
export interface ProjectCopy {
  directory: string;
  configFile: string;
}

/** The copy for a stack below a folder. */
export function projectCopy(folder: string, target: StackTarget): ProjectCopy {
  const directory = join(folder, "projects", target.project);
  return { directory, configFile: join(directory, `Pulumi.${target.stack}.yaml`) };
}

export interface ProjectCopyOptions {
  /** The configuration to start from; the committed one of the environment unless named. */
  configuration?: string | undefined;
  /** Values that only this machine knows. */
  values?: Readonly<Record<string, string>>;
  /** The salt that belongs to the passphrase of the state; without it the one in the copy stays. */
  salt?: string | undefined;
}

/** Writes the copy: Pulumi.yaml with absolute paths, and the configuration with the given values. */
export function writeProjectCopy(copy: ProjectCopy, target: StackTarget, options: ProjectCopyOptions = {}): void {
  const project = projectFile.parse(parse(readFileSync(join(target.workDir, "Pulumi.yaml"), "utf8")));
  const providers = project.plugins?.providers?.map((one) => ({ ...one, path: resolve(target.workDir, one.path) }));
  writeGenerated(join(copy.directory, "Pulumi.yaml"), {
    ...project,
    main: resolve(target.workDir, project.main),
    ...(providers ? { plugins: { ...project.plugins, providers } } : {}),
  });
  const committed = readConfiguration(
    options.configuration ?? join(target.workDir, `Pulumi.${target.environment}.yaml`),
  );
  const salt = options.salt ?? readConfiguration(copy.configFile).encryptionsalt;
  const encryption = salt === undefined ? {} : { encryptionsalt: salt };
  const config = { ...committed.config, ...reapedValues(target), ...options.values };
  writeGenerated(copy.configFile, { ...committed, ...encryption, config });
}

/** What was reaped, for every command that runs a family's program: none of them may make it again, or plan to. */
function reapedValues({ family, environment, stack }: StackTarget): Record<string, string> {
  if (stack !== environment) return {};
  const reaped = new ReapedApps(environment).ofFamily(family);
  return Object.keys(reaped).length === 0 ? {} : { "chittyops:reaped": JSON.stringify(reaped) };
}

const projectFile = z.looseObject({
  main: z.string().default("."),
  plugins: z.looseObject({ providers: z.array(z.looseObject({ path: z.string() })).optional() }).optional(),
});

const configuration = z.looseObject({
  encryptionsalt: z.string().optional(),
  config: z.record(z.string(), z.unknown()).default({}),
});

function readConfiguration(file: string): z.infer<typeof configuration> {
  return configuration.parse(existsSync(file) ? (parse(readFileSync(file, "utf8")) ?? {}) : {});
}

/** Renamed into place, since an engine that somebody runs by hand may be reading it. */
function writeGenerated(file: string, content: unknown): void {
  const text = `# Generated for this machine from the file of the same name that is committed.\n${stringify(content)}`;
  writeWholeSync(file, text, 0o600);
}
