import type {
  Budget,
  MetricsWindow,
  ResourceFinding,
  ServiceMetrics,
  ServiceUsage,
} from "../../../contracts/ops-metrics.ts";
import type { Scan, ScanPage, ScanRequest } from "../../../contracts/ops-security.ts";
import type { Measurement } from "./measure.ts";

/** A page of what somebody may see. */
export interface MeterPage {
  after: string;
  limit: number;
  /** Absent: of all, and what nobody registered. */
  families?: string[];
}

/** What the rest of the plane asks of the meter. */
export interface MeterObject {
  add(measurements: Measurement[]): Promise<void>;
  list(window: MetricsWindow, page: MeterPage): Promise<{ services: ServiceUsage[]; next?: string }>;
  /** Undefined: there is none. */
  service(name: string, window: MetricsWindow): Promise<ServiceMetrics | undefined>;
  /** Of a service; undefined: it is not known. */
  family(service: string): Promise<string | undefined>;
  findings(page: MeterPage): Promise<{ findings: ResourceFinding[]; next?: string }>;
  budgets(page: MeterPage): Budget[];
  setBudget(service: string, dollarsPerMonth: number): Budget;
  removeBudget(service: string): boolean;
  /** Takes what was found elsewhere, and begins a scan unless one runs. */
  beginScan(by: string, request: ScanRequest): Promise<Scan>;
  scanPage(page: MeterPage): ScanPage;
}
