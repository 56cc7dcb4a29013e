import { describe, expect, it } from "vitest";

import { forWhom } from "./forWhom";

describe("for whom a change was made", () => {
  it("is not told where nobody else is told of", () => {
    expect(forWhom(undefined)).toBe("");
  });

  it("is a till", () => {
    expect(forWhom({ tillCode: "till02" })).toBe(" for till02");
    expect(forWhom({ tillCode: "till02", entityType: "TILL", entityCode: "till02" })).toBe(" for till02");
  });

  it("says what was named instead of it", () => {
    expect(forWhom({ tillCode: "till01", entityType: "STORE_CODE", entityCode: "S1" })).toBe(" for till01 (STORE_CODE S1)");
    expect(forWhom({ tillCode: "till01", lookupType: "WECHAT", lookup: "AbC" })).toBe(" for till01 (WECHAT AbC)");
    expect(forWhom({ entityType: "STORE_CODE", entityCode: "S1" })).toBe(" (STORE_CODE S1)");
  });
});
