import { describe, expect, it } from "vitest";
import { isCron } from "./cron.ts";

describe("a cron expression", () => {
  it.each([
    "* * * * *",
    "*/5 * * * *",
    "0,30 9-17 * * MON-FRI",
    "0 0 1 JAN *",
    "59 23 LW * *",
    "0 0 * * 1",
    "0 0 * * FRIL",
    "0 0 * * 2#1",
    "10-50/10 * * * *",
  ])("is taken: %s", (cron) => expect(isCron(cron)).toBe(true));

  it.each([
    "* * * *",
    "* * * * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * * 13 *",
    "0 0 * * 0",
    "0 0 * * 0,6",
    "5-1 * * * *",
    "*/0 * * * *",
    "a * * * *",
    "1-2-3 * * * *",
    "",
  ])("is refused: %j", (cron) => expect(isCron(cron)).toBe(false));
});
