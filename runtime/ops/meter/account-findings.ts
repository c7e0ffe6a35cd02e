import type { AccountFinding } from "../../../contracts/ops-metrics.ts";
import { migrate } from "../../storage/migrate.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";

const schema = [
  ["CREATE TABLE IF NOT EXISTS account_findings (service TEXT NOT NULL, family TEXT NOT NULL, finding TEXT NOT NULL)"],
];

/** What the last look through the accounts found: the plane has no access to them, so it is told. */
export class AccountFindings {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    migrate(storage, "account_findings", schema);
  }

  /** Takes the place of all there were. */
  replace(findings: readonly AccountFinding[]): void {
    this.#storage.transactionSync(() => {
      this.#storage.sql.exec("DELETE FROM account_findings");
      for (const finding of findings) {
        const { service, family = "" } = finding;
        this.#storage.sql.exec(
          "INSERT INTO account_findings VALUES (?, ?, ?)",
          service,
          family,
          JSON.stringify(finding),
        );
      }
    });
  }

  /**
   * Those of services after one name and up to another, in the order of names.
   * @param options.until absent: to the end @param options.families absent: of all, and of no family
   */
  between({
    after,
    until,
    families,
  }: {
    after: string;
    until?: string | undefined;
    families?: readonly string[] | undefined;
  }): AccountFinding[] {
    const wheres = ["service > ?"];
    const bindings = [after];
    if (until !== undefined) {
      wheres.push("service <= ?");
      bindings.push(until);
    }
    if (families !== undefined) {
      wheres.push(`family IN (${families.map(() => "?").join(", ")})`);
      bindings.push(...families);
    }
    return this.#storage.sql
      .exec<{ finding: string }>(
        `SELECT finding FROM account_findings WHERE ${wheres.join(" AND ")} ORDER BY service, finding`,
        ...bindings,
      )
      .toArray()
      .map(({ finding }) => JSON.parse(finding));
  }
}
