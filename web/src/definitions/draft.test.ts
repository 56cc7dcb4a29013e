import { expect, it } from "vitest";

import { bodyOf, emptyDraft, newField, problemsOf } from "./draft";

const good = () => ({ ...emptyDraft(), eventName: "store_visit" });

it("takes a name and one customer", () => {
  expect(problemsOf(good()).size).toBe(0);
});

it.each([
  ["", "name"],
  ["has space", "name"],
  ["x".repeat(51), "name"],
])("refuses the name %j", (eventName, about) => {
  expect(problemsOf({ ...good(), eventName }).has(about)).toBe(true);
});

it("wants a customer, and each name once", () => {
  const draft = good();
  expect(problemsOf({ ...draft, fields: [newField("string", "a")] }).has("fields")).toBe(true);
  const twice = newField("string", "mobile");
  expect([...problemsOf({ ...draft, fields: [...draft.fields, twice] }).keys()]).toEqual([`field ${twice.key}`]);
});

it("sends what was filled in and nothing else", () => {
  const draft = good();
  const tier = { ...newField("enum", "tier"), attributes: { possibleValues: "gold, silver", isRequired: "" } };
  expect(bodyOf({ ...draft, fields: [...draft.fields, tier] })).toEqual({
    eventName: "store_visit",
    actions: ["EIConsumer", "EMFConsumer"],
    fields: [
      { name: "mobile", type: "customer", attributes: {} },
      { name: "tier", type: "enum", attributes: { possibleValues: { values: ["gold", "silver"] } } },
    ],
  });
});
