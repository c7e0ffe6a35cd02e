import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Contrib extensions that any role may create at Neon but only a superuser in a plain Postgres (https://neon.com/docs/extensions/pg-extensions). */
const offered = [
  "autoinc",
  "bloom",
  "dblink",
  "dict_xsyn",
  "earthdistance",
  "insert_username",
  "intagg",
  "moddatetime",
  "pg_prewarm",
  "pg_stat_statements",
  "pgrowlocks",
  "pgstattuple",
  "postgres_fdw",
  "refint",
  "xml2",
];

/** Lets roles without superuser rights create what Neon offers: those with CREATE on the database, as for extensions that Postgres itself trusts. */
export async function trustExtensions(folder: string): Promise<void> {
  for (const name of offered) {
    const file = join(folder, `${name}.control`);
    if (!/^\s*trusted\s*=/m.test(await readFile(file, "utf8"))) await appendFile(file, "\ntrusted = true\n");
  }
}
