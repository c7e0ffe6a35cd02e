/**
 * The seam between Neon's API (`../neon`), which decides what exists, and the real Postgres behind it. Every promise resolves when what was
 * asked for is on disk; ids are Neon's (`br-…`, `ep-…`). Names and passwords may hold any character.
 * Times are real ones (milliseconds since the epoch), as in Postgres's log: who advances the local clock translates, and suspends what
 * became idle by that.
 */
export interface PostgresFleet {
  /**
   * Makes the data of a branch: empty (once somebody needs it), or as its parent's was at `at` (absent: now). `schemaOnly` leaves the rows out.
   * Costs the same however many branches there are. @throws BranchTimeUnavailable when `at` lies outside what the parent's history holds.
   */
  createBranch(branch: { id: string; parent?: { id: string; at?: number }; schemaOnly?: boolean }): Promise<void>;
  deleteBranch(id: string): Promise<void>;
  /** Lets the data of the two branches change places; sessions on both end. */
  swapBranches(a: string, b: string): Promise<void>;

  createRole(branchId: string, role: { name: string; password: string }): Promise<void>;
  setPassword(branchId: string, role: { name: string; password: string }): Promise<void>;
  deleteRole(branchId: string, name: string): Promise<void>;
  createDatabase(branchId: string, database: { name: string; owner: string }): Promise<void>;
  updateDatabase(branchId: string, name: string, change: { name?: string; owner?: string }): Promise<void>;
  deleteDatabase(branchId: string, name: string): Promise<void>;

  /**
   * Listens for an endpoint; the cluster of its branch starts at the first connection. Ports are kept over restarts of the daemon.
   * Called again, it changes what it says of an open endpoint: sessions go on unless the branch is another one; `maxConnections` of the
   * server itself changes when it starts next. @throws PortInUse (`../daemon/ports.ts`)
   */
  openEndpoint(endpoint: {
    id: string;
    branchId: string;
    readOnly: boolean;
    /** Seconds without a connection after which the cluster is suspended; 0: never. */
    suspendAfter: number;
    /** Most connections, as Neon derives it from the compute size. */
    maxConnections: number;
    /** Connections are refused (a quota is used up, or the endpoint is disabled). */
    refuse?: string;
  }): Promise<EndpointPorts>;
  /** The endpoint is deleted: ends its sessions and forgets its ports. */
  closeEndpoint(id: string): Promise<void>;
  startEndpoint(id: string): Promise<void>;
  /** Ends every session and stops the cluster; the next connection starts it again. */
  suspendEndpoint(id: string): Promise<void>;

  status(endpointId: string): { active: boolean; connections: number; lastActive?: number; startedAt?: number };
  /** Bytes of all databases of a branch. */
  logicalSize(branchId: string): Promise<number>;
  /** Whether pooled ports have a real pooler behind them (one is installed) or are an alias of the direct port. */
  readonly pooler: "pgbouncer" | "alias";
  /** Forgets data that belongs to none of `branchIds` (left by a killed daemon). */
  sweep(branchIds: ReadonlySet<string>): Promise<void>;
  /** Ends every cluster. */
  stop(): Promise<void>;
}

/** Ports on 127.0.0.1; TLS is on, with a certificate the fleet made itself. */
export interface EndpointPorts {
  direct: number;
  pooled: number;
}

/** The parent's history does not reach back (or forth) to that moment. */
export class BranchTimeUnavailable extends Error {
  override name = "BranchTimeUnavailable";
}
