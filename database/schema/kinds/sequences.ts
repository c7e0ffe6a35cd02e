import { defineKind } from "../kind.ts";

interface SequenceData {
  type: string;
  start: string;
  increment: string;
  min: string;
  max: string;
  cache: string;
  cycle: boolean;
}

export const sequenceKind = defineKind<SequenceData>({
  kind: "sequence",
  query: `select array['pg_class/' || c.oid || '/0'] as keys, format('%I.%I', n.nspname, c.relname) as name,
      json_build_object('type', format_type(s.seqtypid, null), 'start', s.seqstart::text, 'increment', s.seqincrement::text,
        'min', s.seqmin::text, 'max', s.seqmax::text, 'cache', s.seqcache::text, 'cycle', s.seqcycle) as data
    from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
    where our(n.oid) and not exists (
      select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'i'
    )`,
  create: ({ name, data }) => [`CREATE SEQUENCE ${name} ${options(data)}`],
  drop: ({ name }) => [`DROP SEQUENCE ${name}`],
  alter: (_, { name, data }) => [`ALTER SEQUENCE ${name} ${options(data)}`],
  holdsData: () => true,
  dropsLate: true,
});

function options({ type, start, increment, min, max, cache, cycle }: SequenceData): string {
  const range = `MINVALUE ${min} MAXVALUE ${max}`;
  return `AS ${type} INCREMENT BY ${increment} ${range} START WITH ${start} CACHE ${cache} ${cycle ? "CYCLE" : "NO CYCLE"}`;
}

interface OwnershipData {
  sequence: string;
  column: string;
}

/** That a sequence goes with a column, as serial makes it; apart from both, since the column's default needs the sequence. */
export const ownershipKind = defineKind<OwnershipData>({
  kind: "ownership",
  query: `select array['ownership/' || c.oid || '/0'] as keys,
      format('%I.%I', n.nspname, c.relname) as name,
      json_build_object('sequence', format('%I.%I', n.nspname, c.relname),
        'column', format('%I.%I.%I', tn.nspname, t.relname, a.attname)) as data
    from pg_depend d join pg_class c on c.oid = d.objid and c.relkind = 'S' join pg_namespace n on n.oid = c.relnamespace
      join pg_class t on t.oid = d.refobjid join pg_namespace tn on tn.oid = t.relnamespace
      join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype = 'a' and our(n.oid)`,
  create: ({ data }) => [`ALTER SEQUENCE ${data.sequence} OWNED BY ${data.column}`],
  drop: ({ data }) => [`ALTER SEQUENCE ${data.sequence} OWNED BY NONE`],
  alter: () => "recreate",
});
