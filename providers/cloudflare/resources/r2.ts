import type { ResourceDefinition } from "../../kit/definition.ts";
import { PartialFailure } from "../../kit/errors.ts";
import type { JsonMap } from "../../kit/value.ts";
import type { Api } from "../api/api.ts";
import { ApiFailure } from "../api/failure.ts";
import { ifPresent, type Rest, requestFor, rest } from "../rest.ts";

/** Every R2 request names the bucket's jurisdiction in a header. */
const headers = (properties: JsonMap) => ({ "cf-r2-jurisdiction": String(properties.jurisdiction ?? "default") });
const shared = {
  headers,
  outside: ["jurisdiction"],
  assumed: { jurisdiction: "default" },
} as const satisfies Partial<Rest>;

const bucket = "/accounts/{accountId}/r2/buckets/{bucketName}";
const bucketSetting = { ...shared, id: "missing ID", importIds: [], replace: ["bucketName", "jurisdiction"] } as const;

export const r2Bucket = rest({
  ...shared,
  type: "R2Bucket",
  create: "POST /accounts/{accountId}/r2/buckets",
  item: "/accounts/{accountId}/r2/buckets/{name}",
  id: { property: "name" },
  replace: ["name", "location", "jurisdiction"],
  uniqueBy: ["accountId", "name"],
  importIds: ["{accountId}/{name}/{jurisdiction}", "{accountId}/{name}"],
  toBody: ({ name, location, storage_class }) => ({
    name: name ?? null,
    ...(location === undefined ? {} : { locationHint: location }),
    storageClass: storage_class ?? "Standard",
  }),
  overrides: {
    // The storage class of new objects is all that can change, and it goes in a header.
    update: async (inputs, { id, state }, { client, signal }) => {
      const properties = { ...state, ...inputs, id };
      const storage = { ...headers(properties), "cf-r2-storage-class": String(inputs.storageClass ?? "Standard") };
      const spec = { headers: () => storage };
      await client.call(requestFor(spec, "PATCH /accounts/{accountId}/r2/buckets/{name}", properties, signal));
      return { id };
    },
  },
});

export const r2BucketCors = rest({
  ...bucketSetting,
  type: "R2BucketCors",
  create: `PUT ${bucket}/cors`,
  item: `${bucket}/cors`,
  update: "PUT",
});

export const r2BucketLifecycle = rest({
  ...bucketSetting,
  type: "R2BucketLifecycle",
  create: `PUT ${bucket}/lifecycle`,
  item: `${bucket}/lifecycle`,
  update: "PUT",
  keepOnDelete: true,
});

export const r2BucketLock = rest({
  ...bucketSetting,
  type: "R2BucketLock",
  create: `PUT ${bucket}/lock`,
  item: `${bucket}/lock`,
  update: "PUT",
  keepOnDelete: true,
});

const notification = "/accounts/{accountId}/event_notifications/r2/{bucketName}/configuration/queues/{queueId}";

const eventNotification = rest({
  ...bucketSetting,
  type: "R2BucketEventNotification",
  create: `PUT ${notification}`,
  item: notification,
  update: "PUT",
  replace: [...bucketSetting.replace, "queueId"],
});

export const r2BucketEventNotification: ResourceDefinition<Api> = {
  ...eventNotification,
  // A PUT adds to the rules that are there: the official plugin deletes them first.
  update: async (inputs, current, operation) => {
    await ifPresent(async () => eventNotification.delete?.(current, operation));
    try {
      return (await eventNotification.update?.(inputs, current, operation)) ?? {};
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      // The old rules are gone and the new ones are not there: the next run has to put them.
      throw new PartialFailure(current.id, {}, error.message);
    }
  },
};

export const r2CustomDomain = rest({
  ...bucketSetting,
  type: "R2CustomDomain",
  create: `POST ${bucket}/domains/custom`,
  item: `${bucket}/domains/custom/{domain}`,
  update: "PUT",
  replace: [...bucketSetting.replace, "domain", "zoneId"],
});

export const r2ManagedDomain = rest({
  ...bucketSetting,
  type: "R2ManagedDomain",
  create: `PUT ${bucket}/domains/managed`,
  item: `${bucket}/domains/managed`,
  update: "PUT",
  unreadable: true,
  keepOnDelete: true,
});
