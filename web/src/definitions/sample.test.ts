import { expect, it } from "vitest";

import { sampleOf } from "./sample";
import type { Field } from "./useDefinitions";

function field(name: string, type: string, attributes: Field["attributes"] = {}): Field {
  return { name, type, attributes };
}

it("has a value of each field's type and leaves out what need not be there", () => {
  const fields = [
    field("mobile", "CUSTOMER", { identifierType: { value: "mobile" } }),
    field("amount", "DOUBLE"),
    field("tier", "ENUM", { possibleValues: { values: ["gold", "silver"] } }),
    field("till", "TILLCODE", { isRequired: { value: "false" } }),
    field("note", "STRING"),
  ];
  expect(sampleOf({ eventName: "visit", fields })).toEqual({
    event_name: "visit",
    mobile: "919800000001",
    amount: 20,
    tier: "gold",
    note: "sample",
  });
});
