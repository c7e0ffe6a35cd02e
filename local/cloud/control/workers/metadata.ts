import { z } from "zod";

/** A binding as it is uploaded; the fields of each type are checked in `bindings.ts`, so that the API's own words can be used. */
const binding = z.looseObject({ type: z.string().min(1), name: z.string().min(1) });

const migrationStep = z.looseObject({
  new_classes: z.array(z.string()).optional(),
  new_sqlite_classes: z.array(z.string()).optional(),
  deleted_classes: z.array(z.string()).optional(),
  renamed_classes: z.array(z.object({ from: z.string(), to: z.string() })).optional(),
  transferred_classes: z.array(z.object({ from: z.string(), from_script: z.string(), to: z.string() })).optional(),
});
export type MigrationStep = z.infer<typeof migrationStep>;

const migrations = migrationStep.extend({
  old_tag: z.string().nullish(),
  new_tag: z.string().nullish(),
  steps: z.array(migrationStep).optional(),
});
export type Migrations = z.infer<typeof migrations>;

const tailConsumer = z.object({
  service: z.string().min(1),
  environment: z.string().optional(),
  namespace: z.string().optional(),
});

/** What a script has whatever its version is. */
export const scriptSettings = z.looseObject({
  logpush: z.boolean().nullish(),
  tail_consumers: z.array(tailConsumer).nullish(),
  observability: z.looseObject({ enabled: z.boolean().optional() }).nullish(),
  tags: z.array(z.string()).nullish(),
});
export type ScriptSettings = z.infer<typeof scriptSettings>;

/** What belongs to a version. */
export const versionSettings = scriptSettings.extend({
  bindings: z.array(binding).optional(),
  compatibility_date: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, "expected a date such as 2026-01-01")
    .optional(),
  compatibility_flags: z.array(z.string()).nullish(),
  usage_model: z.string().nullish(),
  limits: z
    .looseObject({
      cpu_ms: z.int().min(1).max(300_000).optional(),
      subrequests: z.int().min(1).max(10_000_000).optional(),
    })
    .nullish(),
  placement: z.looseObject({ mode: z.string().optional() }).nullish(),
  migrations: migrations.nullish(),
  annotations: z.record(z.string(), z.string().max(1000)).nullish(),
});

/** The `metadata` part: https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/ */
export const uploadMetadata = versionSettings.extend({
  main_module: z.string().optional(),
  body_part: z.string().optional(),
  keep_bindings: z.array(z.string()).nullish(),
  keep_assets: z.boolean().optional(),
  exports: z.unknown().optional(),
  assets: z.looseObject({ jwt: z.string().optional(), config: z.looseObject({}).nullish() }).nullish(),
});
export type UploadMetadata = z.infer<typeof uploadMetadata>;
