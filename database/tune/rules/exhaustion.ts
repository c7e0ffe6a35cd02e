import type { DatabaseActivity } from "../activity/activity.ts";
import type { SequenceUse } from "../activity/read-sequences.ts";
import { count, duration, percent, secondsBetween } from "../figures.ts";
import type { Finding, Judgement } from "../finding.ts";

/** What runs out one day: the numbers of sequences, and those of transactions. */
export function judgeExhaustion(activity: DatabaseActivity): Judgement {
  const sequences = activity.sequences.filter(({ last, limit }) => last >= 0.75 * limit).map(ofSequence);
  return { findings: [...sequences, ...ofTransactionIds(activity)], undecided: [] };
}

function ofSequence({ sqlName, column, columnType, last, limit, limitedBy }: SequenceUse): Finding {
  return {
    id: `sequence:${sqlName}`,
    rule: "sequence",
    what: `Sequence ${sqlName} runs out of numbers`,
    why: `${count(last)} of ${count(limit)} (${percent(last / limit)})${column === null ? "" : `, for ${column} of type ${columnType}`}`,
    now: `up to ${count(limit)}`,
    proposed: "numbers of type bigint",
    // The column has to follow, and its type changes only by writing the whole table anew.
    how:
      limitedBy === "column" || (columnType !== null && columnType !== "bigint")
        ? {
            kind: "manual",
            advice: `In migrations: add a bigint column beside ${column ?? sqlName}, fill it in batches, then let the two change places; and alter sequence ${sqlName} as bigint.`,
          }
        : { kind: "sql", statements: [`alter sequence ${sqlName} as bigint no maxvalue`], changesSchema: true },
    risk: "When it is used up, every insert fails. Clients that hold the numbers in 32 bits have to change first.",
  };
}

function ofTransactionIds({ transactionIds: { age, freezeAt }, sessions, now, database }: DatabaseActivity): Finding[] {
  // From freezeAt on autovacuum freezes by itself; half as much again says that it does not get there.
  if (age < freezeAt * 1.5) return [];
  const [oldest] = sessions.filter(({ holdsSnapshot, transactionSince }) => holdsSnapshot && transactionSince !== null);
  const holder =
    oldest?.transactionSince == null
      ? ""
      : `; process ${oldest.pid} (${oldest.application || oldest.role}) holds them since ${duration(secondsBetween(oldest.transactionSince, now))}`;
  return [
    {
      id: `transaction-ids:${database}`,
      rule: "transaction-ids",
      what: "Old transaction numbers are not given free",
      why: `${count(age)} are in use; autovacuum should begin at ${count(freezeAt)}, and at 2 billion the database stops writing${holder}`,
      now: `age ${count(age)}`,
      proposed: `below ${count(freezeAt)}`,
      how: { kind: "sql", statements: ["vacuum (freeze)"], changesSchema: false },
      risk: "Reads every table. Has no effect while an old transaction, a prepared one or a replication slot holds them: end that first.",
    },
  ];
}
