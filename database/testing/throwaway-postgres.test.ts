import { expect, it } from "vitest";
import { startThrowawayPostgres } from "./throwaway-postgres.ts";

it("is a Postgres that answers, and is gone after stop", async () => {
  const postgres = await startThrowawayPostgres();
  await postgres.createDatabase("finance");
  expect(await postgres.query("select current_database() as name", "finance")).toEqual([{ name: "finance" }]);
  await postgres.stop();
  await expect(postgres.query("select 1")).rejects.toThrow("ECONNREFUSED");
});
