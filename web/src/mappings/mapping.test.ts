import { describe, expect, it } from "vitest";

import type { Definition } from "../definitions/useDefinitions";
import { bodiesOf, draftOf, mappingOf, type MappingItem, meaningsOf, newRow, problemsOf, refusalOf, savedOf, sourceSampleOf, warningsOf } from "./mapping";

const ITEM: MappingItem = {
  eventName: "visit",
  transformerMappings: {
    defaultTransformerMapping: null,
    webEngageTransformerMapping: {
      eventNameMapping: { valueMap: { "Store Visit": "visit", "Order Placed": "order" } },
      eventFieldMappings: [{ eventFieldName: "mobile", fieldName: "Customer Mobile" }],
    },
  },
};
const known = mappingOf(ITEM);
const DEFINITION = {
  eventName: "visit",
  fields: [
    { name: "mobile", type: "CUSTOMER", attributes: {} },
    { name: "store", type: "STRING", attributes: {} },
  ],
} as unknown as Definition;
const draft = () => draftOf(known, DEFINITION);
const withSource = (field: string, source: string) => ({ ...draft(), rows: draft().rows.map((row) => (row.field === field ? { ...row, source } : row)) });

it("tells the event's own source names from those of others", () => {
  expect(known.sources).toEqual(["Store Visit"]);
  expect(meaningsOf([ITEM]).get("Order Placed")).toBe("order");
});

it("shows every declared field, mapped or not", () => {
  expect(draft().rows.map((row) => [row.field, row.source])).toEqual([
    ["mobile", "Customer Mobile"],
    ["store", ""],
  ]);
});

describe("what would be refused", () => {
  it("is nothing while nothing was changed", () => {
    expect(problemsOf(draft(), known).size).toBe(0);
    expect(bodiesOf(draft(), known)).toEqual([]);
  });

  it("is to take a mapping away, to map a field twice, and a field or source without a name", () => {
    expect([...problemsOf(withSource("mobile", ""), known).values()]).toEqual(["A mapping stays; write mobile to take the field’s own name"]);
    const more = (field: string, source: string) => problemsOf({ ...draft(), rows: [...draft().rows, newRow(field, source)] }, known).size;
    expect([more("mobile", "x"), more("", "x"), more("other", ""), more("other", "x")]).toEqual([1, 1, 1, 0]);
  });

  it("is a source name that is there, empty or too long", () => {
    const refused = ["Store Visit", "new", "", "x".repeat(201)].map((source) => refusalOf(source, ["new"], known) !== undefined);
    expect(refused).toEqual([true, true, true, true]);
    expect(refusalOf("Another", ["new"], known)).toBeUndefined();
  });
});

it("warns of names that meant another event, of fields that there are not, and of one source for two fields", () => {
  const changed = { ...withSource("store", "Customer Mobile"), added: ["Order Placed"] };
  changed.rows.push(newRow("till", "Till"));
  const warnings = warningsOf(changed, known, meaningsOf([ITEM]));
  expect(warnings.map((one) => /order|till|Customer Mobile/.exec(one)?.[0])).toEqual(["order", "till", "Customer Mobile"]);
});

it("posts what is new and nothing else", () => {
  expect(bodiesOf({ ...withSource("store", "Shop"), added: ["Visit"], isDefault: true }, known)).toEqual([
    { transformerType: "defaultTransformer", eventsMapped: ["visit"] },
    {
      transformerType: "webEngageTransformer",
      webEngageTransformerData: {
        eventMapper: { valueMap: { Visit: "visit" } },
        eventFieldMapper: { visit: [{ eventFieldName: "store", fieldName: "Shop" }] },
      },
    },
  ]);
});

it("makes a sample under the source's names", () => {
  const saved = savedOf(withSource("store", "Shop"), known);
  expect(Object.keys(sourceSampleOf(saved, DEFINITION))).toEqual(["event_name", "Customer Mobile", "Shop"]);
  expect(sourceSampleOf(saved, DEFINITION)["event_name"]).toBe("Store Visit");
});
