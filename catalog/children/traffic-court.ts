import type { ChildSpec } from "../schema/child.ts";

/** A living example of a court's app: filings of traffic cases. */
export const trafficCourt: ChildSpec = {
  family: "cook-county",
  id: "traffic-court",
  title: "Traffic court filings",
  owner: "cook-county",
  dataClass: "legal",
  host: "traffic-court.{domain}",
  labels: { example: "yes" },
  environments: ["local", "dev"],
  createdAt: "2026-11-01T00:00:00Z",
  quota: { requestsPerDay: 100_000, requestsPerMinute: 600, cpuMs: 1_000 },
  records: {
    // Seven years and the leap days in them; whether that is right for a kind of record is for counsel to say.
    retention: "2557d",
    logRetention: "2557d",
    backupRetention: "2557d",
    jurisdiction: "fedramp",
    location: "enam",
    backupLocation: "wnam",
    logTokenExpiresOn: "2027-11-01T00:00:00Z",
  },
  // The address of the county's system is the county's to give.
  court: { system: "efile" },
  access: {
    identityProvider: "login.gov",
    identityAssurance: "ial2",
    authenticatorAssurance: "aal2",
    sessionDuration: "8h",
    administrators: ["clerk@cook-county.example"],
  },
};
