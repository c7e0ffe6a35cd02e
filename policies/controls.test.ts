import { expect, it } from "vitest";
import { packs } from "./all/packs.ts";
import { oscalControl } from "./evidence/oscal/control-id.ts";

it("has rules whose controls the evidence can name in OSCAL", () => {
  const rules = packs.flatMap(({ rules }) => rules);
  const unknown = rules.flatMap(({ id, controls }) =>
    controls.filter((control) => oscalControl(control.id) === undefined).map((control) => `${id}: ${control.id}`),
  );
  expect(unknown).toEqual([]);
  expect(rules.every(({ controls }) => controls.length > 0)).toBe(true);
});
