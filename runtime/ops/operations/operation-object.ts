import type { NewOperation, Operation, OperationPage } from "../../../contracts/ops-operations.ts";
import type { Outcome } from "../../problem/problem.ts";

/** What the rest of the plane asks of the desk of operations. */
export interface OperationObject {
  start(operation: NewOperation, by: string): Promise<Outcome<Operation>>;
  list(families: "all" | string[], after: string | undefined, limit: number): Promise<OperationPage>;
  get(id: string): Promise<Operation | undefined>;
  cancel(id: string, by: string): Promise<Outcome<Operation>>;
}
