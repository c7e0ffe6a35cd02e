import { describe, expect, it } from "vitest";
import { splitStatements } from "./split-statements.ts";

describe("splitStatements", () => {
  it("splits at semicolons and leaves out what is empty", () => {
    expect(splitStatements("SELECT 1; SELECT 2 ;; -- done;\n /* ; */ ")).toEqual(["SELECT 1", "SELECT 2"]);
  });

  it("keeps semicolons in strings, quoted names and comments", () => {
    const sql = `INSERT INTO "a;b" VALUES ('x;''y', [c;d], \`e;f\`) -- g;h\n; SELECT 1 /* ; */ + 1`;
    expect(splitStatements(sql)).toEqual([
      `INSERT INTO "a;b" VALUES ('x;''y', [c;d], \`e;f\`) -- g;h`,
      "SELECT 1 /* ; */ + 1",
    ]);
  });

  it("keeps the body of a trigger, CASE and all, in one statement", () => {
    const trigger =
      "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = CASE WHEN 1 THEN 2 ELSE 3 END; DELETE FROM c; END";
    expect(splitStatements(`${trigger}; SELECT 1;`)).toEqual([trigger, "SELECT 1"]);
  });

  it("does not take a transaction's BEGIN for a trigger's", () => {
    expect(splitStatements("BEGIN; SELECT 1; COMMIT;")).toEqual(["BEGIN", "SELECT 1", "COMMIT"]);
  });
});
