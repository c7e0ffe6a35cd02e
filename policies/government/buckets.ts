import { type Graph, type Node, records } from "../kit/graph.ts";
import { Undetermined, unknown, type Value } from "../kit/value.ts";
import { handlesCji } from "./handles-cji.ts";
import { fields, known } from "./known.ts";

const day = 24 * 3600;

/**
 * For how many seconds every object of a bucket is locked; 0 for none, infinity for ever.
 *
 * @throws Undetermined
 */
export function lockSeconds(bucket: Node, graph: Graph): number {
  const locks = graph
    .ofKind("R2BucketLock")
    .filter((lock) => graph.referred(lock, "bucketName", lock.props.bucketName, ["R2Bucket"]).includes(bucket));
  const seconds = locks.flatMap((lock) =>
    records(lock, "rules").map(({ enabled, prefix, condition }) => {
      if (known(enabled, "rules.enabled") !== true || (known(prefix, "rules.prefix") ?? "") !== "") return 0;
      const { type, maxAgeSeconds } = fields(condition, "rules.condition");
      if (known(type, "rules.condition.type") === "Indefinite") return Number.POSITIVE_INFINITY;
      const age = known(maxAgeSeconds, "rules.condition.maxAgeSeconds");
      return type === "Age" && typeof age === "number" ? age : 0;
    }),
  );
  return Math.max(0, ...seconds);
}

/** Buckets that a job pushes logs to, as far as the stack has them. @throws Undetermined */
export function destinationsOf(job: Node, graph: Graph): Node[] {
  const destination = job.props.destinationConf;
  if (destination === unknown) return graph.referred(job, "destinationConf", destination, ["R2Bucket"]);
  const bucket = typeof destination === "string" ? /^r2:\/\/([^/?]+)/.exec(destination)?.[1] : undefined;
  return bucket === undefined ? [] : graph.named(bucket, ["R2Bucket"]);
}

/** Buckets with the logs of what handles criminal justice information. @throws Undetermined */
export function logBuckets(graph: Graph): ReadonlySet<Node> {
  return graph.memo("log-buckets", () => {
    const jobs = graph.ofKind("LogpushJob").filter((job) => handlesCji(job, graph));
    return new Set(jobs.flatMap((job) => destinationsOf(job, graph)));
  });
}

/** Buckets that a Worker binds, with the name of the binding. @throws Undetermined */
export function boundBuckets(
  script: Node,
  graph: Graph,
): { name: string; bucket: Node; jurisdiction: Value | undefined }[] {
  return records(script, "bindings").flatMap(({ name, type, bucketName, jurisdiction }) =>
    type === "r2_bucket"
      ? graph
          .referred(script, "bindings", bucketName, ["R2Bucket"])
          .map((bucket) => ({ name: String(name), bucket, jurisdiction }))
      : [],
  );
}

/** What a bucket is for: logs are pushed to it, a Worker keeps records in it, or it is neither, and so holds backups. @throws Undetermined */
export function purposeOf(bucket: Node, graph: Graph): "logs" | "records" | "backup" {
  if (logBuckets(graph).has(bucket)) return "logs";
  const bound = graph.memo(
    "bound-buckets",
    () =>
      new Set(
        graph.ofKind("WorkersScript").flatMap((script) => boundBuckets(script, graph).map(({ bucket }) => bucket)),
      ),
  );
  return bound.has(bucket) ? "records" : "backup";
}

/** Seconds for which the nearest component that says so keeps what is in a bucket; undefined where none does. @throws Undetermined */
export function scheduleOf(bucket: Node, graph: Graph): number | undefined {
  const property = { logs: "logRetentionDays", records: "retentionDays", backup: "backupRetentionDays" } as const;
  const key = property[purposeOf(bucket, graph)];
  for (const { type, name, props } of graph.ancestors(bucket)) {
    const days = type.startsWith("chittyops:") ? props[key] : undefined;
    if (days === unknown) throw new Undetermined(`${key} of ${name} is not known yet`);
    if (typeof days === "number") return days * day;
  }
  return undefined;
}

/** e.g. `365 days` */
export function shownDays(seconds: number): string {
  return `${Math.floor(seconds / day)} days`;
}
