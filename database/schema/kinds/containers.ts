import { defineKind } from "../kind.ts";

export const schemaKind = defineKind<Record<string, never>>({
  kind: "schema",
  query: `select array['pg_namespace/' || oid || '/0'] as keys, quote_ident(nspname) as name, '{}'::json as data
    from pg_namespace where our(oid)`,
  create: ({ name }) => [`CREATE SCHEMA ${name}`],
  drop: ({ name }) => [`DROP SCHEMA ${name}`],
  alter: () => [],
  dropsLate: true,
});

interface ExtensionData {
  schema: string;
  version: string;
}

export const extensionKind = defineKind<ExtensionData>({
  kind: "extension",
  query: `select array['pg_extension/' || e.oid || '/0'] as keys, quote_ident(extname) as name,
      json_build_object('schema', quote_ident(nspname), 'version', extversion) as data
    from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname <> 'plpgsql'`,
  create: ({ name, data }) => [`CREATE EXTENSION ${name} WITH SCHEMA ${data.schema} VERSION ${quotedVersion(data)}`],
  drop: ({ name }) => [`DROP EXTENSION ${name}`],
  alter: (from, to) => [
    ...(from.data.schema === to.data.schema ? [] : [`ALTER EXTENSION ${to.name} SET SCHEMA ${to.data.schema}`]),
    ...(from.data.version === to.data.version
      ? []
      : [`ALTER EXTENSION ${to.name} UPDATE TO ${quotedVersion(to.data)}`]),
  ],
  dropsLate: true,
});

function quotedVersion({ version }: ExtensionData): string {
  return `"${version}"`;
}
