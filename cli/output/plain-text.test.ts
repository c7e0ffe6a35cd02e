import { expect, it } from "vitest";
import { plainText } from "./plain-text.ts";

it("leaves text as it is, and nothing in it that a terminal would obey", () => {
  expect(plainText("Größe: <script>\nnext")).toBe("Größe: <script>\nnext");
  expect(plainText("a\u001b[2Jb\u009b31mc\rd\u0007")).toBe("a\uFFFD[2Jb\uFFFD31mc\uFFFDd\uFFFD");
});
