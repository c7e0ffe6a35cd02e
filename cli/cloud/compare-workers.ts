/** A Worker that is not where it should be, or that nobody says should be there. */
export interface WorkerFinding {
  kind: "undeclared" | "missing" | "unregistered" | "unknown-record";
  /** Name of the account; absent where it is about the registry. */
  account?: string;
  /** Name of the script, or of the service. */
  name: string;
  detail: string;
}

export interface WorkersOf {
  /** Name of an account. */
  account: string;
  /** Scripts that it has. */
  found: readonly string[];
  /** Scripts that the states of its stacks hold. */
  deployed: readonly string[];
  /** Scripts of services that the catalog declares there for this environment. */
  declared: readonly string[];
  /** Scripts that the catalog declares there for other environments. */
  elsewhere: readonly string[];
}

/** Compares what an account has with what is declared. Sorted by name. */
export function compareWorkers({ account, found, deployed, declared, elsewhere }: WorkersOf): WorkerFinding[] {
  const known = new Set([...deployed, ...declared, ...elsewhere]);
  const present = new Set(found);
  const undeclared = found.filter((name) => !known.has(name));
  const missing = [...new Set([...declared, ...deployed])].filter((name) => !present.has(name));
  return [
    ...undeclared.map(
      (name): WorkerFinding => ({
        kind: "undeclared",
        account,
        name,
        detail: "it runs in the account, and neither the catalog nor a stack knows it",
      }),
    ),
    ...missing.map(
      (name): WorkerFinding => ({
        kind: "missing",
        account,
        name,
        detail: deployed.includes(name)
          ? "a stack deployed it, and it is not there any more"
          : "the catalog declares it, and it was not deployed",
      }),
    ),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Compares the catalog with the records of the registry, by the names of services. */
export function compareRecords(declared: readonly string[], records: readonly string[]): WorkerFinding[] {
  const known = new Set(declared);
  const present = new Set(records);
  return [
    ...declared
      .filter((name) => !present.has(name))
      .map(
        (name): WorkerFinding => ({
          kind: "unregistered",
          name,
          detail: "the catalog declares it, and the registry has no record of it",
        }),
      ),
    ...records
      .filter((name) => !known.has(name))
      .map(
        (name): WorkerFinding => ({
          kind: "unknown-record",
          name,
          detail: "the registry has a record of it, and the catalog does not declare it",
        }),
      ),
  ];
}
