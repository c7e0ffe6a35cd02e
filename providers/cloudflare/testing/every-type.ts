import { accountExamples } from "./account-examples.ts";
import type { Example } from "./example.ts";
import { storageExamples } from "./storage-examples.ts";
import { workersExamples } from "./workers-examples.ts";

/** One example of every type, in an order in which each finds what it refers to. */
export const examples: readonly Example[] = [...storageExamples, ...workersExamples, ...accountExamples];
