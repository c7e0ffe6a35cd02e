import { describe, expect, it } from "vitest";
import { resolve } from "../../catalog/index.ts";
import { dependenciesOf } from "./dependencies-of.ts";

const estate = resolve("prod", "chittyos");
const of = (name: string) => {
  const service = estate.services.find((one) => one.name === name);
  if (service === undefined) throw new Error(`no ${name} in the catalog`);
  return dependenciesOf(service, estate);
};

describe("what a service needs", () => {
  it("are the databases that it reaches, its own and others', each once", () => {
    expect(of("chittyfinance")).toEqual([
      { kind: "database", name: "chittyfinance/finance" },
      { kind: "database", name: "chittyschema/core" },
    ]);
  });

  it("are the services that it is bound to, and never itself", () => {
    expect(of("chittygateway").map(({ name }) => name)).toEqual([
      "chittyauth",
      "chittyconnect",
      "chittydiscovery",
      "chittyid",
      "chittyregistry",
      "chittyrouter",
    ]);
    for (const { name } of estate.services) expect(of(name)).not.toContainEqual({ kind: "service", name });
  });
});
