import { describe, expect, it } from "vitest";
import { parseImportId } from "./import-id.ts";

describe("parseImportId", () => {
  it.each([
    ["a1/b2", ["{accountId}/{id}"], { accountId: "a1", id: "b2" }],
    [
      "a/n/key/with/slashes",
      ["{accountId}/{namespaceId}/{keyName}"],
      {
        accountId: "a",
        namespaceId: "n",
        keyName: "key/with/slashes",
      },
    ],
    ["zones/z/r", ["accounts/{accountId}/{id}", "zones/{zoneId}/{id}"], { zoneId: "z", id: "r" }],
    ["z1", ["{id}"], { id: "z1" }],
  ])("takes %s apart", (id, templates, expected) => {
    expect(parseImportId(id, templates)).toEqual(expected);
  });

  it("names every accepted form when none fits", () => {
    expect(() => parseImportId("nonsense", ["accounts/{accountId}/{id}", "zones/{zoneId}/{id}"])).toThrow(
      'The import id "nonsense" cannot be read; expected accounts/<accountId>/<id> or zones/<zoneId>/<id>.',
    );
  });
});
