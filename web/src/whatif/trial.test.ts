import { expect, it } from "vitest";

import { limitsOf, shareOf, sidesOf, summaryOf, type Trial } from "./trial";

const TRIAL: Trial = {
  id: "t",
  state: "DONE",
  startedAt: 1,
  endedAt: 2,
  filter: "",
  drafts: ["visit"],
  total: 40,
  looked: 20,
  judged: 20,
  changed: 3,
  succeeding: 17,
  refused: 0,
  unreadable: 0,
  loyaltyUnknown: 0,
  entriesMax: 1_000,
  limitReached: false,
  matrix: [
    { from: "INVALID_EVENT_NAME", to: "EVENT_SUCCESS", count: 3 },
    { from: "EVENT_SUCCESS", to: "EVENT_SUCCESS", count: 17 },
  ],
  changes: [],
  failure: null,
};

it("says in one line what would be otherwise", () => {
  expect(summaryOf(TRIAL)).toBe("Of 20 events 3 would end otherwise; 17 would succeed.");
  expect(summaryOf({ ...TRIAL, changed: 0 })).toBe("Of 20 events none would end otherwise.");
  expect(summaryOf({ ...TRIAL, judged: 0 })).toBe("No event of this period would be judged by it.");
});

it("says what limits the answer and nothing else", () => {
  expect(limitsOf(TRIAL)).toEqual([]);
  expect(limitsOf({ ...TRIAL, limitReached: true, loyaltyUnknown: 2, unreadable: 1 })).toHaveLength(3);
});

it("knows how far it is", () => {
  expect([shareOf(TRIAL), shareOf({ ...TRIAL, state: "RUNNING" }), shareOf({ ...TRIAL, state: "RUNNING", total: null })]).toEqual([100, 50, null]);
});

it("puts success first on both sides", () => {
  expect(sidesOf(TRIAL)).toEqual({ from: ["EVENT_SUCCESS", "INVALID_EVENT_NAME"], to: ["EVENT_SUCCESS"] });
});
