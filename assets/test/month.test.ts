import assert from "node:assert/strict";
import { test } from "node:test";
import { iso, readDate, weeks } from "../src/month.ts";

const today = new Date(2026, 10, 22);

test("weeks begin on Monday and hold the whole month", () => {
  const november = weeks(2026, 10);
  assert.equal(iso(november[0]![0]!), "2026-10-26");
  assert.equal(iso(november.at(-1)!.at(-1)!), "2026-12-06");
  assert.ok(november.every((week) => week.length === 7 && week[0]!.getDay() === 1));
  assert.equal(weeks(2027, 1).length, 4);
});

test("dates are read as people type them", () => {
  for (const text of ["2026-1-5", "2026/01/05", "20260105", "2026年1月5日", "2026.1.5"]) {
    assert.equal(iso(readDate(text, today)!), "2026-01-05", text);
  }
  assert.equal(iso(readDate("3-8", today)!), "2026-03-08");
});

test("a day that the month does not have is no date", () => {
  for (const text of ["2026-02-30", "13-01", "soon", ""]) assert.equal(readDate(text, today), undefined, text);
});
