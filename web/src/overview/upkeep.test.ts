import { expect, it } from "vitest";

import { lagOf, retentionOf, type Upkeep } from "./upkeep";

const UPKEEP: Upkeep = { waitingEvents: 0, oldestWaitingAt: null, lagMs: 0, oldestEntryAt: null, retentionDays: 30, retentionDaysByEvent: {}, storage: null };

it.each([
  [null, 0, "None"],
  [1_767_607_200_000, 400, "Under 1 s"],
  [1_767_607_200_000, 12_000, "12.0 s"],
])("tells how far behind the pipeline is (%s, %d ms)", (oldestWaitingAt, lagMs, said) => {
  expect(lagOf({ ...UPKEEP, oldestWaitingAt, lagMs })).toBe(said);
});

it("tells how long entries are kept, and which events have a life of their own", () => {
  expect(retentionOf(UPKEEP)).toBe("30 days");
  expect(retentionOf({ ...UPKEEP, retentionDays: 1, retentionDaysByEvent: { visit: 90 } })).toBe("1 day, visit 90");
});
