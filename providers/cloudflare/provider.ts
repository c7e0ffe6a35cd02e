import sdk from "@pulumi/cloudflare/package.json" with { type: "json" };
import type { Problem } from "../kit/check.ts";
import type { ProviderDefinition } from "../kit/definition.ts";
import { ProviderError } from "../kit/errors.ts";
import { isLoopback } from "../kit/loopback.ts";
import type { ValueMap } from "../kit/value.ts";
import { Api } from "./api/api.ts";
import { resources } from "./resources/index.ts";
import { types } from "./schema/types.ts";
import { tokenOf } from "./shapes.ts";

const officialBaseUrl = "https://api.cloudflare.com/client/v4";

/** Cloudflare's own limit, in any five minutes; an embedded cloud has none. */
const officialRequestLimit = 1200;

const text = { type: "string" } as const;

/**
 * Stand-in for the official `cloudflare` plugin: same tokens, inputs and outputs for the types below. Arguments are the
 * official ones; like there, `CLOUDFLARE_BASE_URL` and `CLOUDFLARE_API_TOKEN` stand in for absent ones.
 * `CHITTYOPS_CLOUDFLARE_REQUESTS` sets the number of requests allowed in five minutes.
 */
export const cloudflare: ProviderDefinition<Api> = {
  name: "cloudflare",
  version: sdk.version,
  standIn: true,
  config: { apiToken: { ...text, secret: true }, baseUrl: text, userAgentOperatorSuffix: text },
  checkConfig,
  configure: (config) => {
    const baseUrl = known(config.baseUrl) ?? process.env.CLOUDFLARE_BASE_URL ?? officialBaseUrl;
    if (!URL.canParse(baseUrl)) {
      throw new ProviderError(
        `The base URL of the Cloudflare API must be a URL such as ${officialBaseUrl}, found ${baseUrl}.`,
      );
    }
    const limit = process.env.CHITTYOPS_CLOUDFLARE_REQUESTS;
    return new Api({
      baseUrl,
      apiToken: known(config.apiToken) ?? process.env.CLOUDFLARE_API_TOKEN ?? "",
      requestLimit: limit ? Number(limit) : isLoopback(baseUrl) ? Number.POSITIVE_INFINITY : officialRequestLimit,
      retries: 6,
      retryDelayMs: 500,
    });
  },
  resources: Object.fromEntries(types.map((type) => [tokenOf(type), resources[type]])),
};

function known(value: ValueMap[string] | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function checkConfig(config: ValueMap): Problem[] {
  const problems: Problem[] = [];
  const baseUrl = known(config.baseUrl);
  if (baseUrl !== undefined && !URL.canParse(baseUrl)) {
    problems.push({ path: ["baseUrl"], reason: `must be a URL such as ${officialBaseUrl}` });
  }
  const token = known(config.apiToken);
  if (token !== undefined && !/^[0-9A-Za-z_-]{40,80}$/.test(token)) {
    problems.push({ path: ["apiToken"], reason: "must be 40 to 80 letters, digits, - or _; the given one is not" });
  }
  return problems;
}
