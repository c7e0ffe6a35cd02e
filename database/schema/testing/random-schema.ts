import fc from "fast-check";

/** A small schema out of a fixed stock of names, so that two of them have much in common and clash where they can. */
export interface RandomSchema {
  tables: RandomTable[];
  /** How many of the labels of `mood` there are; two schemas that are pushed onto each other may only gain some. */
  labels: number;
  mood: "enum" | "none";
  amount: { base: string; check: boolean; notNull: boolean } | undefined;
  counter: { increment: number; cycle: boolean } | undefined;
  helper: { returns: "int" | "bigint"; body: number; atomic: boolean; toPublic: boolean } | undefined;
  view: { of: number; over: "view" | "materialized view" | "table" } | undefined;
  comment: string | undefined;
}

interface RandomTable {
  name: string;
  columns: RandomColumn[];
  key: "primary key" | "unique" | "none";
  check: "positive" | "not valid" | "none";
  index: "plain" | "unique" | "partial" | "expression" | "none";
  parent: boolean;
  trigger: "before" | "disabled" | "none";
  policy: "all" | "select" | "none";
  grants: string[];
  columnGrant: boolean;
  storage: "unlogged" | "fillfactor" | "none";
}

interface RandomColumn {
  name: string;
  type: string;
  notNull: boolean;
  special: "default" | "helper" | "identity" | "serial" | "stored" | "virtual" | "none";
}

const types = [
  "integer",
  "bigint",
  "text",
  "varchar(20)",
  "varchar(40)",
  "numeric(10,2)",
  "boolean",
  "date",
  "uuid",
  "mood",
  "amount",
  "text[]",
];

const column = (name: string): fc.Arbitrary<RandomColumn> =>
  fc.record({
    name: fc.constant(name),
    type: fc.constantFrom(...types),
    notNull: fc.boolean(),
    special: fc.constantFrom("default", "helper", "identity", "serial", "stored", "virtual", "none", "none", "none"),
  });

const table = (name: string): fc.Arbitrary<RandomTable> =>
  fc.record({
    name: fc.constant(name),
    columns: fc
      .tuple(...['"A"', "b", "c", "d"].map((each) => fc.option(column(each), { nil: undefined })))
      .map((all) => all.filter((each) => each !== undefined)),
    key: fc.constantFrom("primary key", "unique", "none"),
    check: fc.constantFrom("positive", "not valid", "none"),
    index: fc.constantFrom("plain", "unique", "partial", "expression", "none"),
    parent: fc.boolean(),
    trigger: fc.constantFrom("before", "disabled", "none"),
    policy: fc.constantFrom("all", "select", "none"),
    grants: fc.subarray(["select", "insert", "update"]),
    columnGrant: fc.boolean(),
    storage: fc.constantFrom("unlogged", "fillfactor", "none"),
  });

export const randomSchema: fc.Arbitrary<RandomSchema> = fc.record({
  tables: fc
    .tuple(...["one", "two", '"Three"'].map((name) => fc.option(table(name), { nil: undefined })))
    .map((all) => all.filter((each) => each !== undefined)),
  labels: fc.integer({ min: 1, max: 3 }),
  mood: fc.constantFrom("enum", "none"),
  amount: fc.option(fc.record({ base: fc.constant("numeric(12,2)"), check: fc.boolean(), notNull: fc.boolean() }), {
    nil: undefined,
  }),
  counter: fc.option(fc.record({ increment: fc.integer({ min: 1, max: 3 }), cycle: fc.boolean() }), { nil: undefined }),
  helper: fc.option(
    fc.record({
      returns: fc.constantFrom("int", "bigint"),
      body: fc.integer({ min: 1, max: 3 }),
      atomic: fc.boolean(),
      toPublic: fc.boolean(),
    }),
    { nil: undefined },
  ),
  view: fc.option(fc.record({ of: fc.nat(2), over: fc.constantFrom("view", "materialized view", "table") }), {
    nil: undefined,
  }),
  comment: fc.option(fc.constantFrom("plain", "it's", "a \\ b\nc"), { nil: undefined }),
});

/** The statements that make it, in two orders that both work. Needs the roles `reader` and `writer`. */
export function statementsOf(schema: RandomSchema, reversed = false): string[] {
  const { mood, amount, counter, helper, view, comment } = schema;
  const tables = schema.tables.map((each) => usable(each, schema));
  const inTurn = <T>(items: readonly T[]): T[] => (reversed ? items.toReversed() : [...items]);
  const routine = helper?.atomic ? `begin atomic select ${helper.body}; end` : `as $$ select ${helper?.body} $$`;
  const loose = [
    ...(mood === "enum"
      ? [`create type mood as enum (${["'calm'", "'glad'", "'cross'"].slice(0, schema.labels).join(", ")})`]
      : []),
    ...(amount
      ? [
          `create domain amount as ${amount.base} ${amount.notNull ? "not null" : ""} ${amount.check ? "check (value >= 0)" : ""}`,
        ]
      : []),
    ...(counter ? [`create sequence counter increment ${counter.increment} ${counter.cycle ? "cycle" : ""}`] : []),
    ...(helper
      ? [`create function helper(n int default 1) returns ${helper.returns} language sql immutable ${routine}`]
      : []),
    "create function touched() returns trigger language plpgsql as $$ begin return new; end $$",
  ];
  const after = tables.flatMap((each) => inTurn(attached(each)));
  const first = tables[(view?.of ?? 0) % Math.max(1, tables.length)];
  const selected = first
    ? `select ${["1 as fixed", ...first.columns.map(({ name }) => name)].join(", ")} from ${first.name}`
    : "select 1 as fixed";
  return [
    ...inTurn(loose),
    ...inTurn(tables).map(createText),
    ...inTurn(after),
    ...inTurn(tables).flatMap((each) => parentKey(each, tables)),
    ...(view
      ? [view.over === "table" ? "create table seen (fixed int)" : `create ${view.over} seen as ${selected}`]
      : []),
    ...(view && view.over !== "table" ? ["create view seen_again as select * from seen"] : []),
    ...(view && comment ? ["comment on column seen.fixed is 'one'", "grant select on seen to reader"] : []),
    ...(helper && !helper.toPublic ? ["revoke execute on function helper(int) from public"] : []),
    ...(comment && first
      ? [`comment on table ${first.name} is E'${comment.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`]
      : []),
    ...(comment
      ? [
          "comment on function touched() is 'touched'",
          "alter default privileges in schema public grant select on tables to reader",
        ]
      : []),
  ];
}

/** Leaves out what this schema cannot have. */
function usable(table: RandomTable, { mood, amount, helper }: RandomSchema): RandomTable {
  const columns = table.columns.map((each) => {
    const exists = (each.type !== "mood" || mood === "enum") && (each.type !== "amount" || amount !== undefined);
    const type = exists ? each.type : "text";
    const number = type === "integer" || type === "bigint";
    const fits = {
      default: true,
      none: true,
      helper: number && helper !== undefined,
      identity: number,
      serial: number,
      stored: type === "integer",
      virtual: type === "integer",
    };
    return { ...each, type, special: fits[each.special] ? each.special : "none" } as const;
  });
  return { ...table, columns };
}

const defaults: Record<string, string> = {
  integer: "1",
  bigint: "7",
  text: "'x'",
  "varchar(20)": "'x'",
  "varchar(40)": "'x'",
  "numeric(10,2)": "0.5",
  boolean: "true",
  date: "current_date",
  uuid: "gen_random_uuid()",
  mood: "'calm'",
  amount: "2",
  "text[]": "'{}'",
};

function createText({ name, columns, storage }: RandomTable): string {
  const texts = columns.map(({ name: column, type, notNull, special }) => {
    const required = notNull ? " not null" : "";
    if (special === "identity") return `${column} ${type} generated by default as identity (start 5)`;
    if (special === "serial") return `${column} ${type === "bigint" ? "bigserial" : "serial"}`;
    if (special === "stored" || special === "virtual")
      return `${column} ${type} generated always as (1 + 1) ${special}`;
    const value = { default: ` default ${defaults[type]}`, helper: " default helper()", none: "" }[special];
    return `${column} ${type}${value}${required}`;
  });
  const options = storage === "fillfactor" ? "with (fillfactor = 70)" : "";
  return `create ${storage === "unlogged" ? "unlogged" : ""} table ${name} (${texts.join(", ")}) ${options}`;
}

function attached({ name, columns, key, check, index, trigger, policy, grants, columnGrant }: RandomTable): string[] {
  const [first] = columns.filter(({ special }) => special !== "virtual" && special !== "stored");
  const number = columns.find(({ type, special }) => type === "integer" && special !== "virtual");
  const on = `${first?.name}`;
  const indexes = {
    plain: `create index by_first_${plain(name)} on ${name} (${on} desc)`,
    unique: `create unique index by_first_${plain(name)} on ${name} (${on}) include (${on})`,
    partial: `create index by_first_${plain(name)} on ${name} (${on}) where ${on} is not null`,
    expression: `create index by_first_${plain(name)} on ${name} ((${on} is null))`,
    none: "",
  };
  return [
    ...(first && key !== "none" ? [`alter table ${name} add constraint key_${plain(name)} ${key} (${on})`] : []),
    ...(number && check !== "none"
      ? [`alter table ${name} add constraint sound check (${number.name} > 0) ${check === "not valid" ? check : ""}`]
      : []),
    ...(first && index !== "none" ? [indexes[index]] : []),
    ...(trigger === "none"
      ? []
      : [`create trigger touch before update on ${name} for each row execute function touched()`]),
    ...(policy === "none" ? [] : [`alter table ${name} enable row level security`]),
    ...(policy === "none"
      ? []
      : [
          `create policy own on ${name} for ${policy} to reader, writer using (${first ? `${on} is not null` : "true"})`,
        ]),
    ...(grants.length > 0 ? [`grant ${grants.join(", ")} on ${name} to writer`] : []),
    ...(columnGrant && first ? [`grant update (${on}) on ${name} to writer with grant option`] : []),
  ];
}

/** A foreign key to the next table with a fitting key, in a circle. */
function parentKey({ name, columns, parent, storage }: RandomTable, tables: readonly RandomTable[]): string[] {
  const target = tables[(tables.findIndex((each) => each.name === name) + 1) % tables.length];
  const [key] = (target?.columns ?? []).filter(({ special }) => special !== "virtual" && special !== "stored");
  const own = columns.find(({ type, special }) => type === key?.type && special !== "virtual" && special !== "stored");
  if (!parent || !target || !key || !own || target.key === "none") return [];
  if (storage === "unlogged" || target.storage === "unlogged") return [];
  return [
    `alter table ${name} add constraint parent foreign key (${own.name}) references ${target.name} (${key.name}) on delete cascade`,
  ];
}

function plain(name: string): string {
  return name.replaceAll('"', "").toLowerCase();
}
