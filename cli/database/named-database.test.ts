import { describe, expect, it } from "vitest";
import { resolve } from "../../catalog/index.ts";
import { UserError } from "../user-error.ts";
import { chooseDatabases, databasesOf, findDatabase } from "./named-database.ts";

const all = databasesOf(resolve("local", "chittyos"));
const keys = (some: readonly { key: string }[]) => some.map(({ key }) => key);

function refusal(name: string, among = all): UserError {
  try {
    findDatabase(among, name);
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error(`${name} was found`);
}

describe("the databases of the catalog", () => {
  it("are named by service and database, each once", () => {
    expect(keys(all)).toContain("chittyfinance/finance");
    expect(new Set(keys(all)).size).toBe(all.length);
  });

  it("are found by key, by service and by name where that is unique", () => {
    for (const { key } of all) expect(findDatabase(all, key).key).toBe(key);
    expect(findDatabase(all, "chittyfinance").key).toBe("chittyfinance/finance");
    expect(findDatabase(all, "finance").key).toBe("chittyfinance/finance");
    expect(chooseDatabases(all, undefined)).toBe(all);
    expect(keys(chooseDatabases(all, "finance"))).toEqual(["chittyfinance/finance"]);
  });

  it("list what there is when none is meant, or several are", () => {
    expect(refusal("financ")).toMatchObject({
      exitCode: 2,
      expected: expect.stringContaining("chittyfinance/finance"),
    });
    const [first] = all;
    const twins = first ? [first, { ...first, key: "other/finance" }] : [];
    const twice = refusal(first?.spec.name ?? "", twins);
    expect(twice.message).toContain("several");
    expect(twice.expected).toBe(`one of ${keys(twins).join(", ")}`);
    expect(refusal("x", []).expected).toContain("no database");
  });
});
