import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestCloud, type TestCloud } from "./test-cloud.ts";

let cloud: TestCloud;
beforeEach(() => {
  cloud = openTestCloud();
});
afterEach(() => cloud.close());

const account = (id: string) => `com.cloudflare.api.account.${id}`;
const zone = (id: string) => `com.cloudflare.api.account.zone.${id}`;

/** Status of a read of the account and of one of the zone, with a token of these resources. */
async function reach(
  resources: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Promise<[number, number]> {
  const policies = [{ effect: "allow", permission_groups: [{ id: "c1fde68c7bcc44588cbb6ddbc16d6480" }], resources }];
  const made = await cloud.call("POST", "/accounts/:account/tokens", { name: "t", policies, ...more });
  expect(made.status, JSON.stringify(made.errors)).toBe(200);
  const headers = { authorization: `Bearer ${made.result.value}` };
  const statuses = await Promise.all([
    cloud.call("GET", "/accounts/:account/queues", undefined, headers),
    cloud.call("GET", "/zones/:zone/dns_records", undefined, headers),
  ]);
  return [statuses[0].status, statuses[1].status];
}

describe("a token that an account made", () => {
  it("reaches the account and its zones", async () => {
    expect(await reach({ [account(cloud.account)]: "*" })).toEqual([200, 200]);
  });

  it("reaches one zone only, or the zones and not the account", async () => {
    expect(await reach({ [zone(cloud.zone)]: "*" })).toEqual([403, 200]);
    expect(await reach({ [account(cloud.account)]: { [zone("*")]: "*" } })).toEqual([403, 200]);
  });

  it("reaches nothing before its time and after it, by the clock of the embedded cloud", async () => {
    const soon = new Date(cloud.clock.now() + 3_600_000).toISOString();
    const resources = { [account(cloud.account)]: "*" };
    expect(await reach(resources, { not_before: soon })).toEqual([401, 401]);
    expect(await reach(resources, { expires_on: soon })).toEqual([200, 200]);
    await cloud.clock.advance(3_700_000);
    expect(await reach(resources, { not_before: soon })).toEqual([200, 200]);
    expect(await reach(resources, { expires_on: soon })).toEqual([401, 401]);
  });

  it("reaches nothing while it is disabled", async () => {
    expect(await reach({ [account(cloud.account)]: "*" }, { status: "disabled" })).toEqual([401, 401]);
  });

  it("cannot be made for another account or its zones", async () => {
    for (const resources of [{ [account(cloud.otherAccount)]: "*" }, { [zone(cloud.otherZone)]: "*" }]) {
      const policies = [{ effect: "allow", permission_groups: [{ id: "x" }], resources }];
      expect(await cloud.call("POST", "/accounts/:account/tokens", { name: "t", policies })).toMatchObject({
        status: 400,
      });
    }
  });
});
