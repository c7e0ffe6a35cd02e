import type { Node } from "../policies/kit/graph.ts";
import { courtStack } from "../policies/testing/stacks/court.ts";

/** A clean stack that every pack has something to say of: as many courts as make this many resources, or a few more. */
export function policedStack(count: number): Node[] {
  const of = (courts: number) =>
    courtStack({ preview: false, courts: Array.from({ length: courts }, (_, index) => `court-${index}`) });
  const each = of(2).length - of(1).length;
  return of(Math.ceil(count / each));
}
