import { z } from "zod";
import { type Config, placeFields, readConfig } from "./read-config.ts";

export const familyFields = {
  /** The apps that were reaped by id, each with the `expiresAt` that had passed. */
  reaped: z.record(z.string(), z.string()).default({}),
};

export type FamilyConfig = Config<typeof placeFields & typeof familyFields>;

/** @throws pulumi.InputPropertiesError with every problem. */
export const familyConfig = (): FamilyConfig => readConfig(placeFields, familyFields);
