import { CloudEvent as OfficialEvent } from "cloudevents";
import { expect, it } from "vitest";
import { eventSender } from "./event-sender.ts";

const source = "chittycanon://core/services/chittyfinance";

it("sends what the official library takes for a valid CloudEvent 1.0", async () => {
  const sent: unknown[] = [];
  const sender = eventSender({ send: async (event) => sent.push(event) }, source, () => 0);
  const said = {
    type: "cc.chitty.finance.invoice.paid",
    subject: "invoices/7",
    family: "chittyos",
    data: { cents: 5 },
  };
  const event = await sender.send(said);
  expect(sent).toEqual([event]);
  expect(new OfficialEvent(event as ConstructorParameters<typeof OfficialEvent>[0]).validate()).toBe(true);
  expect(event).toMatchObject({
    ...said,
    source,
    time: "1970-01-01T00:00:00.000Z",
    id: expect.stringMatching(/^.{36}$/),
  });
});

it("sends nothing that is no event, or too large, or that the queue does not take", async () => {
  let calls = 0;
  const sender = eventSender({ send: async () => Promise.reject(new Error(`queue ${++calls}`)) }, source);
  await expect(sender.send({ type: "" })).rejects.toThrow(/type/);
  await expect(sender.send({ type: "a", data: "x".repeat(70_000) })).rejects.toThrow(/at most 65536/);
  expect(calls).toBe(0);
  await expect(sender.send({ type: "a" })).rejects.toThrow("queue 1");
});
