import { z } from "zod";
import { days, kebabName, variableName } from "./names.ts";

const common = {
  name: variableName,
  /** One value for all services of the family that declare a shared secret of this name. Absent: the service's own. */
  shared: z.literal(true).optional(),
};

export const secretSchemas = {
  /** Made by this program from random bytes and kept in the state as a secret. */
  generated: z.strictObject({
    source: z.literal("generated"),
    ...common,
    /** Characters, 24 to 512. */
    length: z.int().min(24).max(512).optional(),
    /** Age at which a new value is due. */
    rotateEvery: days.optional(),
  }),
  /** Given by a person or a secrets store, as `CHITTYOPS_SECRET_<NAME>` in the environment of the run. */
  provided: z.strictObject({
    source: z.literal("provided"),
    ...common,
    rotateEvery: days.optional(),
  }),
  /** The connection string of a database of this service, or of `owner`. */
  output: z.strictObject({
    source: z.literal("output"),
    name: variableName,
    database: kebabName,
    /** The service that declares the database, when it is another one than this. */
    owner: kebabName.optional(),
    /** Whose connection: of the role without DDL, or of the one that owns the tables, for a service that migrates by itself. */
    role: z.enum(["runtime", "owner"]).optional(),
  }),
} as const;

/** A secret and where its value comes from; a binding of kind `secret` or `secrets-store` says where it goes. */
export const secret = z.discriminatedUnion("source", [
  secretSchemas.generated,
  secretSchemas.provided,
  secretSchemas.output,
]);
export type SecretSpec = z.infer<typeof secret>;
