import { expect, it } from "vitest";

import { rowsOf } from "./forms";

it("marks what changed on its way and leaves the rest alone", () => {
  const rows = rowsOf('{"event_name":"e","a":"x","amount":20}', { a: "x", amount: 20 }, { a: "x", amount: "20.0" });
  expect(rows).toEqual([
    { name: "a", sent: "x", mapped: "x", stored: "x", isDifferent: false },
    { name: "amount", sent: "20", mapped: "20", stored: "20.0", isDifferent: true },
  ]);
});

it("does not call a form that there is not a difference", () => {
  expect(rowsOf('{"a":"x"}', null, null)).toEqual([{ name: "a", sent: "x", mapped: undefined, stored: undefined, isDifferent: false }]);
});

it("shows a renamed attribute under both names", () => {
  const names = rowsOf('{"SKU ID":"1"}', { sku: "1" }, null)?.map((row) => [row.name, row.isDifferent]);
  expect(names).toEqual([
    ["SKU ID", true],
    ["sku", true],
  ]);
});

it("gives up on what is no JSON object", () => {
  expect(rowsOf("[1]", null, null)).toBeNull();
  expect(rowsOf("{", null, null)).toBeNull();
});
