import sdk from "@pulumi/random/package.json" with { type: "json" };
import type { ProviderDefinition } from "../kit/definition.ts";
import { randomBytesResource, randomId, randomInteger, randomPassword, randomString, randomUuid } from "./resources.ts";

/**
 * Stand-in for the official `random` plugin: same tokens, same outputs, but for `bcryptHash` of RandomPassword,
 * which would need a bcrypt implementation that nothing here uses.
 */
export const random: ProviderDefinition<undefined> = {
  name: "random",
  version: sdk.version,
  standIn: true,
  config: {},
  configure: () => undefined,
  resources: {
    "random:index/randomBytes:RandomBytes": randomBytesResource,
    "random:index/randomId:RandomId": randomId,
    "random:index/randomInteger:RandomInteger": randomInteger,
    "random:index/randomPassword:RandomPassword": randomPassword,
    "random:index/randomString:RandomString": randomString,
    "random:index/randomUuid:RandomUuid": randomUuid,
  },
};
