import { z } from "zod";
import { operatorGrant } from "../../contracts/ops-plane.ts";
import { type Config, placeFields, readConfig } from "../shared/read-config.ts";

const text = {
  ...placeFields,
  /** Id of the account's Secrets Store where another stack made it. */
  secretsStoreId: placeFields.accountId.optional(),
  /** The name before `.cloudflareaccess.com`; `local` has no such team. */
  accessTeam: z
    .string()
    .regex(/^[a-z0-9-]+$/, "the name of the team at Access")
    .optional(),
};

const json = {
  /** Key of a secret to its epoch; raising it makes a new value. Example: `{ "chittyfinance/JWT_SECRET": 2 }` */
  secretEpochs: z.record(z.string(), z.number().int().min(1)).default({}),
  /** Epoch of the enrolment keys that children are deployed with. */
  keyEpoch: z.number().int().min(1).default(1),
  /** The first epoch that the plane still takes, while children change over; by default that of now alone. */
  oldestKeyEpoch: z.number().int().min(1).optional(),
  /** Who may do what in the operations plane, besides viewing. Example: `[{ "email": "@chitty.cc", "role": "operator", "families": ["chittyos"] }]` */
  operators: z.array(operatorGrant).default([]),
};

export type CoreConfig = Config<typeof text & typeof json>;

/** @throws pulumi.InputPropertiesError with every problem. */
export const coreConfig = (): CoreConfig => readConfig(text, json);
