import { expect, it } from "vitest";
import { packagesIn, packagesLine } from "./bundle-packages.ts";

const packages = [{ name: "@scope/inner", version: "1.0.0" }];

it("reads from the last line of a bundle what its build wrote there, and nothing but the names and versions", () => {
  expect(packagesIn(`export default {};${packagesLine(packages)}`)).toEqual(packages);
  expect(packagesIn(`export default {};${packagesLine([])}`)).toEqual([]);
  expect(packagesLine([{ name: "a", version: "1", path: "/home/me" } as never])).not.toContain("home");
});

it.each([
  ["nothing", "export default {};"],
  ["it somewhere else", `${packagesLine(packages)}export default {};`],
  ["something else", "export default {};\n//# packages=[{]"],
  ["another shape", 'export default {};\n//# packages=[{"name":"a"}]'],
])("knows nothing of a bundle that has %s", (_, code) => expect(packagesIn(code)).toBeUndefined());
