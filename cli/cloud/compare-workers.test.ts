import { describe, expect, it } from "vitest";
import { compareRecords, compareWorkers } from "./compare-workers.ts";

const account = { account: "chittyos", found: [], deployed: [], declared: [], elsewhere: [] };
const kinds = (findings: { kind: string; name: string }[]) => findings.map(({ kind, name }) => `${kind} ${name}`);

describe("the Workers of an account", () => {
  it("are all right when each is declared or deployed, in this environment or another", () => {
    const found = ["chittyfinance", "chittyfinance-dev", "chittyops", "chittyid"];
    const deployed = ["chittyfinance", "chittyops"];
    const compared = compareWorkers({
      ...account,
      found,
      deployed,
      declared: ["chittyfinance", "chittyid"],
      elsewhere: ["chittyfinance-dev"],
    });
    expect(compared).toEqual([]);
  });

  it("are found when nobody declares them, and when they are missing, with the reason", () => {
    const compared = compareWorkers({
      ...account,
      found: ["chittyfinance-production"],
      deployed: ["chittyops"],
      declared: ["chittyfinance"],
    });
    expect(kinds(compared)).toEqual([
      "missing chittyfinance",
      "undeclared chittyfinance-production",
      "missing chittyops",
    ]);
    expect(compared.map(({ detail }) => detail)).toEqual([
      expect.stringContaining("was not deployed"),
      expect.stringContaining("neither the catalog nor a stack"),
      expect.stringContaining("not there any more"),
    ]);
  });
});

it("compares the catalog with the registry's records both ways", () => {
  expect(kinds(compareRecords(["a", "b"], ["b", "c"]))).toEqual(["unregistered a", "unknown-record c"]);
});
