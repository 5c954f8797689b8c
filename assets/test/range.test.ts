import assert from "node:assert/strict";
import { test } from "node:test";
import { extend, move, nextEditable, span } from "../src/grid/range.ts";

const extent = { rows: 50, columns: 8, page: 18 };

test("movement stops at the edges", () => {
  assert.deepEqual(move({ row: 0, column: 0 }, "ArrowUp", false, extent), { row: 0, column: 0 });
  assert.deepEqual(move({ row: 49, column: 7 }, "j", false, extent), { row: 49, column: 7 });
  assert.deepEqual(move({ row: 40, column: 3 }, "PageDown", false, extent), { row: 49, column: 3 });
  assert.deepEqual(move({ row: 3, column: 3 }, "End", true, extent), { row: 49, column: 7 });
  assert.equal(move({ row: 3, column: 3 }, "q", false, extent), undefined);
});

test("Tab goes to the next cell that can be edited, over the ends of rows", () => {
  const editable = (at: { row: number; column: number }) => at.column === 2 || at.column === 5;
  assert.deepEqual(nextEditable({ row: 0, column: 5 }, 1, extent, editable), { row: 1, column: 2 });
  assert.deepEqual(nextEditable({ row: 1, column: 2 }, -1, extent, editable), { row: 0, column: 5 });
  assert.equal(nextEditable({ row: 0, column: 2 }, -1, extent, editable), undefined);
  assert.equal(nextEditable({ row: 49, column: 5 }, 1, extent, editable), undefined);
});

test("a range has both its ends", () => {
  assert.deepEqual(span(4, 2), [2, 3, 4]);
  assert.deepEqual(span(3, 3), [3]);
});

test("a range that shrinks lets go of its rows and of no others", () => {
  const grown = extend(new Set([0, 5]), 5, 5, 9);
  assert.deepEqual([...grown].sort((a, b) => a - b), [0, 5, 6, 7, 8, 9]);
  assert.deepEqual([...extend(grown, 5, 9, 6)].sort((a, b) => a - b), [0, 5, 6]);
  assert.deepEqual([...extend(grown, 5, 9, 3)].sort((a, b) => a - b), [0, 3, 4, 5]);
});
