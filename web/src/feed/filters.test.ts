import { describe, expect, it } from "vitest";

import { chipOf, chipsOf, filtersOf, withChip, withoutChip } from "./filters";

describe("what is typed becomes a filter", () => {
  it.each([
    ["status:EMF_PROCESSOR_FAILED", "status", "EMF_PROCESSOR_FAILED", false],
    ["-event_name:store_visit", "event_name", "store_visit", true],
    ["attr.store:Palace Street", "attr.store", "Palace Street", false],
    ["attr.a=b=c", "attr.a", "b=c", false],
    ["019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05", "id", "019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05", false],
    ["+919800000001", "customer", "mobile:+919800000001", false],
    ["!a@b.example", "customer", "email:a@b.example", true],
    ["INVALID_EVENT_NAME", "status", "INVALID_EVENT_NAME", false],
    ["palace street", "q", "palace street", false],
    ["http://x", "q", "http://x", false],
  ])("%s", (text, name, value, isExcluded) => {
    expect(chipOf(text)).toEqual({ name, value, isExcluded });
  });

  it("nothing is no filter", () => {
    expect(chipOf("  ")).toBeNull();
  });
});

describe("filters in the URL", () => {
  it("leaves out what is no filter", () => {
    expect(filtersOf("?status=A&live=1&attr.x=y&page=2").toString()).toBe("status=A&attr.x=y");
  });

  it("takes a chip away again", () => {
    const filters = filtersOf("?status=A&status=!B");
    const chip = { name: "q", value: "palace", isExcluded: true };
    const more = withChip(filters, chip);
    expect(chipsOf(more)).toContainEqual(chip);
    expect(withoutChip(more, chip).toString()).toBe(filters.toString());
  });

  it("replaces what takes only one value", () => {
    const once = withChip(filtersOf("?from_date=2026-01-01"), { name: "from_date", value: "2026-02-01", isExcluded: false });
    expect(once.getAll("from_date")).toEqual(["2026-02-01"]);
  });
});
