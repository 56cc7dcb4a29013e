import { expect, it } from "vitest";

import { differencesOf } from "./differences";

it("names the leaf that changed", () => {
  expect(differencesOf('{"a":{"b":1},"c":"x"}', '{"a":{"b":2},"c":"x"}')).toEqual([{ path: "a.b", was: "1", is: "2" }]);
});

it("follows fields by name, not by place", () => {
  const before = '{"fields":[{"name":"a","type":"string"}]}';
  const after = '{"fields":[{"name":"new","type":"double"},{"name":"a","type":"string"}]}';
  expect(differencesOf(before, after).map((one) => one.path)).toEqual(["fields.new.name", "fields.new.type"]);
});

it("has nothing to say of a first version", () => {
  expect(differencesOf(null, '{"a":1}')).toEqual([]);
});
