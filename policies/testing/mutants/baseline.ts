import { from, type Mutant, mutantsOf } from "./mutant.ts";

const literal = { absent: false, literal: true };

export const baselineMutants: readonly Mutant[] = [
  mutantsOf("stripped-bindings", "core")
    .property("finance-script", ["bindings", "@CACHE", "name"], ["OTHER"], { hidden: false })
    .property("finance-script", ["bindings"], [[]])
    .property("finance", ["bindingNames"], [["CACHE", "EXTRA"]], { absent: false })
    .without("finance-script"),
  mutantsOf("no-foreign-store", "core")
    .property("finance-script", ["bindings", "@CACHE", "namespaceId"], ["f00d"], literal)
    .property("finance-script", ["bindings", "@JOBS", "queueName"], ["jobs-of-staging"], literal)
    .property("finance-consumer", ["queueId"], ["f00d"], literal),
  mutantsOf("no-foreign-store", "core", { preview: true }).edited(
    "finance-consumer",
    "its queue comes from no queue",
    from(["queueId"], "finance-cache"),
    { open: true },
  ),
  mutantsOf("one-route-owner", "core")
    .property("track-domain", ["hostname"], ["finance.example", "FINANCE.example"], { absent: false })
    .property("finance-route", ["pattern"], ["finance.example/*"], { absent: false }),
  mutantsOf("tail-consumer", "core").property("finance-script", ["tailConsumers"], [[]]),
  mutantsOf("orphan-queue", "core")
    .property("finance-consumer", ["queueId"], ["f00d"])
    .property("finance-consumer", ["deadLetterQueue"], ["other"])
    .without("finance-consumer"),
  mutantsOf("plain-secret", "core")
    .property("finance-script", ["bindings", "@MODE", "text"], ["postgres://owner:hunter2@host/db"], { absent: false })
    .property("finance-script", ["bindings", "@MODE", "name"], ["API_TOKEN"], { absent: false, hidden: false }),
  mutantsOf("min-tls", "core").property("zone-min_tls_version", ["value"], ["1.0", "1.1"]),
].flatMap(({ made }) => made);
