import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type EnvironmentName, type TenantRecord, tenant } from "../../catalog/index.ts";
import { writeWholeSync } from "../../local/engine/write-whole.ts";
import { acquireCommandLock } from "../locks/command-lock.ts";
import { recordsFolder } from "../records-folder.ts";
import { UserError } from "../user-error.ts";

/**
 * The tenants of an environment, a file for each. Those of `local` are this machine's; those of real environments are in `tenants/` of the
 * repository, to be committed, so that adding one is a change that people can review.
 */
export class TenantRecords {
  readonly #folder: string;

  constructor(environment: EnvironmentName, folder: string = recordsFolder("tenants", environment)) {
    this.#folder = folder;
  }

  /** Those that are not removed. */
  present(): TenantRecord[] {
    return this.all().filter(({ status }) => status !== "deprovisioned");
  }

  /** Sorted by id. @throws UserError for a file that is no record */
  all(): TenantRecord[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((file) => file.endsWith(".json"))
      .map((file) => readRecord(join(this.#folder, file)))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  find(id: string): TenantRecord | undefined {
    // An id that is none could lead out of the folder.
    if (!/^[a-z0-9-]{2,32}$/.test(id)) return undefined;
    const file = join(this.#folder, `${id}.json`);
    return existsSync(file) ? readRecord(file) : undefined;
  }

  /** @throws UserError where there is none, or it was deprovisioned */
  existing(id: string): TenantRecord {
    const found = this.find(id);
    if (found === undefined) {
      throw new UserError(`There is no tenant ${JSON.stringify(id)}.`, {
        expected: "the id of a recorded tenant",
        remedy: "npx chittyops tenant list",
      });
    }
    if (found.status === "deprovisioned") {
      const where = found.exported ? ` Its data is in ${found.exported.folder}.` : "";
      throw new UserError(`The tenant ${id} was removed.${where}`, { remedy: "add a tenant with another id" });
    }
    return found;
  }

  /**
   * Records a new tenant, or says everything that is wrong with it. One at a time, so that no two get one hostname.
   * `assign` chooses the Neon organization.
   */
  async add(spec: unknown, assign: (all: readonly TenantRecord[]) => string | undefined): Promise<TenantRecord> {
    using _lock = await this.#lock();
    const record = parseTenant(spec, "the tenant that is to be added");
    const all = this.all();
    const clashes = clashesOf(record, all);
    if (clashes.length > 0) {
      throw new UserError(`The tenant ${record.id} cannot be added.`, {
        details: clashes,
        expected: "an id and a hostname that no other tenant has or had",
        remedy: "choose another one",
      });
    }
    const neonOrganization = record.neonOrganization ?? assign(all);
    return this.#write({ ...record, ...(neonOrganization !== undefined && { neonOrganization }) });
  }

  async change(id: string, changed: Partial<Pick<TenantRecord, "status" | "exported">>): Promise<TenantRecord> {
    using _lock = await this.#lock();
    return this.#write({ ...this.existing(id), ...changed });
  }

  #write(record: TenantRecord): TenantRecord {
    writeWholeSync(join(this.#folder, `${record.id}.json`), `${JSON.stringify(record, null, 2)}\n`);
    return record;
  }

  #lock(): Promise<Disposable> {
    return acquireCommandLock({ file: join(this.#folder, ".lock"), command: "tenant", onWait: () => undefined });
  }
}

/** What another tenant has already; those that were removed keep their ids. */
function clashesOf(record: TenantRecord, all: readonly TenantRecord[]): string[] {
  return all.flatMap((other) => [
    ...(other.id === record.id ? [`id: ${record.id} is ${other.status}, ${other.title}`] : []),
    ...(other.hostname === record.hostname && other.status !== "deprovisioned" && other.id !== record.id
      ? [`hostname: ${record.hostname} is the tenant ${other.id}'s`]
      : []),
  ]);
}

/** @param where for the message, e.g. a file */
export function parseTenant(spec: unknown, where: string): TenantRecord {
  const parsed = tenant.safeParse(spec);
  if (parsed.success) return parsed.data;
  throw new UserError(`${where} is not a tenant's record.`, {
    details: parsed.error.issues.map(({ path, message }) => `${path.join(".") || "record"}: ${message}`),
    remedy: "put right what is named above",
  });
}

/** Records that were checked, by their text: a command reads all of them several times, and checking a thousand takes a tenth of a second. */
const known = new Map<string, TenantRecord>();

function readRecord(file: string): TenantRecord {
  const text = readFileSync(file, "utf8");
  const record = known.get(text) ?? parseTenant(parseJson(text, file), file);
  known.set(text, record);
  return record;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      expected: "a tenant's record as JSON",
      remedy: "restore it from the repository's history",
    });
  }
}
