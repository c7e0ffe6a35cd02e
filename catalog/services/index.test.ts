import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { services } from "./index.ts";

it("lists every service, each in the file that bears its name", () => {
  const files = readdirSync(import.meta.dirname).filter((file) => !file.startsWith("index.") && file.endsWith(".ts"));
  expect(services.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
});
