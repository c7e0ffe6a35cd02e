/** A fleet in a process of its own, to be killed: `node other-fleet.ts DIRECTORY` serves the endpoint of `br-orphaned`. */
import { openPostgresFleet } from "../fleet.ts";

const quiet = { info() {}, warn() {}, error() {} };
const fleet = await openPostgresFleet({ directory: process.argv[2] ?? "", log: quiet, pgbouncer: undefined });
await fleet.openEndpoint({
  id: "ep-orphaned",
  branchId: "br-orphaned",
  readOnly: false,
  suspendAfter: 0,
  maxConnections: 50,
});
console.log("open");
