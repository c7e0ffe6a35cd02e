import type { Rule } from "../../kit/define-rule.ts";
import { minTls } from "./min-tls.ts";
import { noForeignStore } from "./no-foreign-store.ts";
import { oneRouteOwner } from "./one-route-owner.ts";
import { orphanQueue } from "./orphan-queue.ts";
import { plainSecret } from "./plain-secret.ts";
import { strippedBindings } from "./stripped-bindings.ts";
import { tailConsumer } from "./tail-consumer.ts";

export const baselineRules: readonly Rule[] = [
  strippedBindings,
  noForeignStore,
  oneRouteOwner,
  tailConsumer,
  orphanQueue,
  plainSecret,
  minTls,
];
