import type { Operation, ResourceDefinition } from "../../kit/definition.ts";
import type { JsonMap } from "../../kit/value.ts";
import type { Api } from "../api/api.ts";
import { fillPath } from "../path.ts";
import { ifPresent, rest } from "../rest.ts";
import { multipart } from "../script/multipart.ts";
import { shapeOf } from "../shapes.ts";

export const workersKvNamespace = rest({
  type: "WorkersKvNamespace",
  create: "POST /accounts/{accountId}/storage/kv/namespaces",
  item: "/accounts/{accountId}/storage/kv/namespaces/{id}",
  update: "PUT",
  replace: ["jurisdiction"],
  uniqueBy: ["accountId", "title"],
  importIds: ["{accountId}/{id}"],
});

const value = "/accounts/{accountId}/storage/kv/namespaces/{namespaceId}/values/{keyName}";
const metadata = "/accounts/{accountId}/storage/kv/namespaces/{namespaceId}/metadata/{keyName}";

/** A KV entry. Its value travels as a form, and a read takes a request of its own for the metadata. */
export const workersKv: ResourceDefinition<Api> = {
  shape: shapeOf("WorkersKv", ["namespaceId", "keyName"]),
  importIds: ["{accountId}/{namespaceId}/{keyName}"],
  uniqueBy: ["accountId", "namespaceId", "keyName"],
  create: async (inputs, operation) => {
    await put(inputs, operation);
    const id = String(inputs.keyName);
    return { id, outputs: { id } };
  },
  read: async ({ state }, { client, signal }) => {
    const answer = await ifPresent(() => client.raw({ method: "GET", path: fillPath(value, state), signal }));
    if (answer === undefined) return undefined;
    const described = await ifPresent(() => client.call({ method: "GET", path: fillPath(metadata, state), signal }));
    const id = String(state.keyName);
    const outputs: JsonMap = { id, value: await answer.text() };
    outputs.metadata = described === undefined || described === null ? null : JSON.stringify(described);
    return { id, outputs };
  },
  update: async (inputs, _current, operation) => {
    await put(inputs, operation);
    return { id: String(inputs.keyName) };
  },
  delete: async ({ state }, { client, signal }) => {
    await client.call({ method: "DELETE", path: fillPath(value, state), signal });
  },
};

async function put(inputs: JsonMap, { client, signal }: Operation<Api>): Promise<void> {
  const { expiration, expirationTtl } = inputs;
  const query = new URLSearchParams();
  if (expiration !== undefined) query.set("expiration", String(expiration));
  if (expirationTtl !== undefined) query.set("expiration_ttl", String(expirationTtl));
  const { body, contentType } = multipart([
    ...(inputs.metadata === undefined ? [] : [{ name: "metadata", content: String(inputs.metadata) }]),
    { name: "value", content: String(inputs.value) },
  ]);
  const path = fillPath(value, inputs) + (query.size > 0 ? `?${query}` : "");
  await client.call({ method: "PUT", path, body, headers: { "content-type": contentType }, signal });
}
