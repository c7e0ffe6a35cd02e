import { beforeEach, expect, it } from "vitest";
import { DueTimes } from "./due-times.ts";

let due: Map<string, number>;
let times: DueTimes;
beforeEach(() => {
  due = new Map();
  times = new DueTimes((key) => due.get(key));
});
function set(key: string, at: number): void {
  const before = due.get(key);
  due.set(key, at);
  if (before === undefined || at < before) times.add(key, at);
}

it("says who is due, the first one first, as often as it is asked", () => {
  set("b", 12_000);
  set("c", 25_000);
  set("a", 11_000);
  expect(times.next()).toBe(11_000);
  expect(times.until(10_999, 10)).toEqual([]);
  for (const _ of [1, 2]) expect(times.until(25_000, 10)).toEqual(["a", "b", "c"]);
  expect(times.until(25_000, 2)).toEqual(["a", "b"]);
});

it("follows who becomes due later or sooner, and forgets who is gone", () => {
  for (const key of ["a", "b", "c"]) set(key, 5_000);
  set("a", 300_000);
  set("b", 2_000);
  due.delete("c");
  expect(times.until(299_999, 10)).toEqual(["b"]);
  expect(times.next()).toBe(2_000);
  due.delete("b");
  expect(times.next()).toBe(300_000);
  set("a", 4_000);
  expect(times.until(4_000, 10)).toEqual(["a"]);
  due.delete("a");
  expect(times.next()).toBeUndefined();
});

it("finds everybody once, whatever has moved, among many", () => {
  for (let index = 0; index < 2_000; index++) set(`k${index}`, index * 100);
  for (let index = 0; index < 2_000; index += 2) set(`k${index}`, 100_000 + index * 200);
  const found = times.until(500_000, 10_000);
  expect(found).toHaveLength(2_000);
  expect(new Set(found).size).toBe(2_000);
});
