import { isJsonMap } from "../../kit/value.ts";
import { rest } from "../rest.ts";

export const queue = rest({
  type: "Queue",
  create: "POST /accounts/{accountId}/queues",
  item: "/accounts/{accountId}/queues/{id}",
  update: "PUT",
  id: { answer: "queue_id" },
  replace: ["jurisdiction"],
  uniqueBy: ["accountId", "queueName"],
  importIds: ["{accountId}/{id}"],
});

export const queueConsumer = rest({
  type: "QueueConsumer",
  create: "POST /accounts/{accountId}/queues/{queueId}/consumers",
  item: "/accounts/{accountId}/queues/{queueId}/consumers/{consumerId}",
  update: "PUT",
  id: "missing ID",
  replace: ["queueId"],
  uniqueBy: ["accountId", "queueId", "scriptName"],
  importIds: [],
  // It is sent as `script_name` and may come back as `script`.
  fromAnswer: (answer) => (isJsonMap(answer) ? { script_name: answer.script ?? null, ...answer } : {}),
});
