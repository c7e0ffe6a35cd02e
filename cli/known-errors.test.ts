import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { withConnection } from "../database/connect.ts";
import { startThrowawayPostgres } from "../database/testing/throwaway-postgres.ts";
import { asShown } from "./known-errors.ts";
import { UserError } from "./user-error.ts";

const folder = mkdtempSync(join(tmpdir(), "chittyops-unreadable-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("a rule with a syntax error is shown with its file and line, and is no defect of ours", async () => {
  const rule = join(folder, "rule.ts");
  writeFileSync(rule, "export const rule = {\n  id: ;\n};\n");
  // What Node itself says: the test runner reads TypeScript in another way.
  const program = `import(${JSON.stringify(rule)}).catch((error) => console.log(JSON.stringify([error.message, error.stack])))`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
  const [message, stack] = JSON.parse(stdout) as [string, string];
  const shown = asShown(Object.assign(new SyntaxError(message), { stack }));
  expect(shown).toBeInstanceOf(UserError);
  expect(shown).toMatchObject({ message: `${rule}:2 is no TypeScript that Node can run: Expression expected.` });
  expect((shown as UserError).details.join("\n")).toContain("id: ;");
});

it("what a full disk, a lost connection and a missing right did is no defect of ours; a wrong statement is", async () => {
  const postgres = await startThrowawayPostgres();
  try {
    await postgres.query("create role app login");
    const failureOf = async (sql: string) =>
      asShown(
        await withConnection(postgres.url("postgres", "app"), { applicationName: "test" }, (client) =>
          client.query(sql),
        ).catch((error: unknown) => error),
      );
    const full = "do $$ begin raise exception using errcode = '53100', message = 'could not extend file'; end $$";
    expect(await failureOf(full)).toMatchObject({
      message: "Postgres could not go on: could not extend file.",
      remedy: expect.stringContaining("storage quota"),
    });
    expect(await failureOf("select pg_terminate_backend(pg_backend_pid())")).toBeInstanceOf(UserError);
    expect(await failureOf("create table mine ()")).toMatchObject({
      message: expect.stringContaining("permission denied"),
      remedy: expect.stringContaining("npx chittyops up"),
    });
    const wrong = await failureOf("selec 1");
    expect(wrong).toMatchObject({ code: "42601" });
    expect(wrong).not.toBeInstanceOf(UserError);
  } finally {
    await postgres.stop();
  }
});
