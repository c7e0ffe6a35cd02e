import { parse } from "libpg-query";
import type { Client } from "pg";
import type { Filter } from "./activity.ts";

/** Which columns the statements that ran compare with values; absent where `pg_stat_statements` cannot be read. */
export async function readFilters(client: Client): Promise<Map<string, Filter[]> | undefined> {
  const { rows: installed } = await client.query<{ schema: string }>(`
    select quote_ident(nspname) as schema from pg_extension e join pg_namespace n on n.oid = extnamespace
    where extname = 'pg_stat_statements' and current_setting('shared_preload_libraries') like '%pg_stat_statements%'`);
  const [extension] = installed;
  if (!extension) return undefined;
  const { rows } = await client.query<{ query: string; calls: number }>(`
    select query, sum(calls)::float8 as calls from ${extension.schema}.pg_stat_statements
    where dbid = (select oid from pg_database where datname = current_database()) and query ilike '%where%'
    group by query order by sum(total_exec_time) desc limit 500`);
  const filters = new Map<string, Filter[]>();
  for (const { query, calls } of rows) {
    for (const { table, columns } of await filtersOf(query)) {
      const known = filters.get(table) ?? [];
      known.push({ columns, calls });
      filters.set(table, known);
    }
  }
  return filters;
}

type Tree = { [field: string]: unknown };
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);
const part = (value: unknown, field: string): unknown => (isTree(value) ? value[field] : undefined);

/**
 * The columns that the `where` of a statement sets equal to values, joined by `and`, by table (`schema.table`, or only `table` where the
 * statement has no schema). Only statements over one table: of a join, which column belongs to which table is not always written.
 */
export async function filtersOf(query: string): Promise<{ table: string; columns: string[] }[]> {
  let statements: unknown;
  try {
    statements = part(await parse(query), "stmts");
  } catch {
    // Commands that the server cut short, or that only its own version understands.
    return [];
  }
  const found: { table: string; columns: string[] }[] = [];
  visit(statements, (node) => {
    for (const kind of ["SelectStmt", "UpdateStmt", "DeleteStmt"]) {
      const statement = node[kind];
      const from = part(statement, "fromClause");
      const relation =
        kind === "SelectStmt"
          ? part(Array.isArray(from) && from.length === 1 ? from[0] : undefined, "RangeVar")
          : from === undefined && part(statement, "usingClause") === undefined && part(statement, "relation");
      const name = part(relation, "relname");
      if (typeof name !== "string") continue;
      const schema = part(relation, "schemaname");
      const columns = [...new Set(equalities(part(statement, "whereClause")))].sort();
      if (columns.length > 0) found.push({ table: typeof schema === "string" ? `${schema}.${name}` : name, columns });
    }
  });
  return found;
}

function visit(value: unknown, see: (node: Tree) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see);
  else if (isTree(value)) {
    see(value);
    for (const item of Object.values(value)) visit(item, see);
  }
}

function equalities(where: unknown): string[] {
  const all = part(where, "BoolExpr");
  if (part(all, "boolop") === "AND_EXPR") {
    const parts = part(all, "args");
    return Array.isArray(parts) ? parts.flatMap(equalities) : [];
  }
  const comparison = part(where, "A_Expr");
  const kind = part(comparison, "kind");
  const names = part(comparison, "name");
  const operator = Array.isArray(names) ? names[0] : undefined;
  if (kind !== "AEXPR_OP" && kind !== "AEXPR_IN" && kind !== "AEXPR_OP_ANY") return [];
  if (part(part(operator, "String"), "sval") !== "=") return [];
  const sides = [part(comparison, "lexpr"), part(comparison, "rexpr")];
  const columns = sides.map((side) => part(part(side, "ColumnRef"), "fields"));
  const values = sides.map((side) => isValue(side));
  if (columns[0] !== undefined && values[1]) return lastName(columns[0]);
  if (columns[1] !== undefined && values[0]) return lastName(columns[1]);
  return [];
}

function isValue(side: unknown): boolean {
  if (part(side, "ParamRef") !== undefined || part(side, "A_Const") !== undefined) return true;
  const cast = part(side, "TypeCast");
  if (cast !== undefined) return isValue(part(cast, "arg"));
  const items = part(part(side, "List"), "items");
  return Array.isArray(items) && items.every(isValue);
}

function lastName(fields: unknown): string[] {
  const name = Array.isArray(fields) ? part(part(fields.at(-1), "String"), "sval") : undefined;
  return typeof name === "string" ? [name] : [];
}
