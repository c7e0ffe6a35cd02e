import { collection } from "../../store/collection.ts";

export interface DispatchNamespaceRecord {
  id: string;
  accountId: string;
  name: string;
  trustedWorkers: boolean;
  createdOn: string;
  modifiedOn: string;
}

/** Filed by name: the API has no route by id. */
export const dispatchNamespaces = collection({
  kind: "dispatch-namespace",
  scope: (namespace: DispatchNamespaceRecord) => namespace.accountId,
  id: (namespace) => namespace.name,
});
