import assert from "node:assert/strict";
import { test } from "node:test";
import { read, write } from "../src/filter/expression.ts";
import type { Group } from "../src/filter/model.ts";
import { operatorOf } from "../src/filter/operators.ts";

const and = (...items: Group["items"]): Group => ({ join: "and", items });
const or = (...items: Group["items"]): Group => ({ join: "or", items });
const where = (field: string, op: string, ...values: string[]) => ({ field, op, values });

test("conditions are joined in the order of their rows", () => {
  const filter = and(where("owner", "my_team"), where("grade", "one_of", "A", "B"), where("next_on", "overdue"));
  assert.equal(write(filter), 'owner in my_team && grade in ["A", "B"] && next_on < today');
});

test("a group inside keeps its parentheses, one of a single condition needs none", () => {
  const inner = or(where("city", "is", "上海"), where("city", "is", "苏州"));
  assert.equal(write(and(where("total", "ge", "1000"), inner)), 'total >= 1000 && (city == "上海" || city == "苏州")');
  assert.equal(write(and(or(where("city", "empty")))), "is_empty(city)");
});

test("what is not filled in makes no condition", () => {
  assert.equal(write(and(where("name", "contains", ""), where("total", "gt", "many"), where("on", "on", "2026-13"))), "");
  assert.equal(write(and(where("", "empty"), or())), "");
});

test("quotes and backslashes in values stay values", () => {
  const filter = and(where("name", "contains", 'a" || true || "\\'));
  assert.equal(write(filter), 'contains(name, "a\\" || true || \\"\\\\")');
  assert.deepEqual(read(write(filter)), filter);
});

test("what the builder writes, it reads again", () => {
  const filters = [
    and(),
    and(where("owner", "me")),
    and(where("department", "my_departments"), where("department", "my_department")),
    or(where("a", "filled"), where("b", "none_of", "x", "y")),
    and(where("created_at", "past_days", "30"), or(where("total", "lt", "-12.50"), where("done", "no"))),
    and(where("due_on", "next_days", "7"), where("due_on", "before", "2026-01-31"), where("due_on", "this_month")),
    and(where("customer.grade", "one_of", "大客户"), where("name", "starts", "启明")),
  ];
  for (const filter of filters) assert.deepEqual(read(write(filter)), filter, write(filter));
});

test("what it cannot show is left as text", () => {
  for (const source of ["a == 1 || b == 2 && c == 3", "any(orders, total > 100)", "total + 1 > 2", "name ==", "!(a == 1)", "$"]) {
    assert.equal(read(source), undefined, source);
  }
});

test("what was written for any field is shown in the operators of the field's kind", () => {
  assert.equal(operatorOf("choice", "is"), "one_of");
  assert.equal(operatorOf("reference", "is_not"), "none_of");
  assert.equal(operatorOf("text", "is"), "is");
  assert.equal(operatorOf("choice", "contains"), "contains", "what a kind has not is not changed into something else");
});
