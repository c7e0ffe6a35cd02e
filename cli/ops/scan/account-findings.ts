import type { AccountFinding } from "../../../contracts/ops-metrics.ts";
import type { AccountView, QueueView, StoreView } from "./view-account.ts";

/** Stores that nobody uses, and queues that lead from nowhere or to nowhere. */
export function accountFindings({ account, stores, queues }: AccountView): AccountFinding[] {
  const about = ({ service, family }: StoreView | QueueView) => ({
    service: service ?? `account ${account}`,
    ...(family !== undefined && { family }),
  });
  return [
    ...stores.flatMap((store) => {
      const said = unusedStore(store);
      return said === undefined ? [] : [{ ...about(store), kind: "unused-store" as const, ...said }];
    }),
    ...queues.flatMap((queue) => {
      const said = orphanQueue(queue);
      return said === undefined ? [] : [{ ...about(queue), kind: "orphan-queue" as const, ...said }];
    }),
  ];
}

type Said = Pick<AccountFinding, "found" | "remedy" | "change">;

/** A bucket of a stack may be there for logs or backups, which no Worker writes. */
function unusedStore({ kind, name, bound, service }: StoreView): Said | undefined {
  if (bound || (service !== undefined && kind === "R2 bucket")) return undefined;
  const found = `no Worker is bound to the ${kind} ${name}`;
  if (service === undefined) {
    return { found: `${found}, and no stack made it`, remedy: "Look at what is in it, and delete it or declare it." };
  }
  return { found, remedy: `Take the binding that makes it out of ${service}, or find out who took it off the Worker.` };
}

function orphanQueue({ name, service, store, consumers, producers, deadLetters }: QueueView): Said | undefined {
  // What others gave up on waits for somebody to send it again.
  if (deadLetters) return undefined;
  if (consumers === 0) {
    return {
      found: `nobody takes messages from the queue ${name}: they are dropped when their time is up`,
      remedy: service === undefined ? "Delete it, or declare who consumes it." : "Declare a consumer, or take it out.",
      ...(service !== undefined &&
        store !== undefined && {
          change: { bindings: [{ kind: "queue-consumer", name: `${store.toUpperCase()}_IN`, store, owner: service }] },
        }),
    };
  }
  if (producers > 0) return undefined;
  return {
    found: `no Worker and no bucket sends to the queue ${name}`,
    remedy: service === undefined ? "Delete it, or declare who sends to it." : "Take it out, with its consumer.",
  };
}
