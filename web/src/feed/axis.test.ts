import { expect, it } from "vitest";

import { axisLabels } from "./axis";

const EVENING = Date.UTC(2026, 11, 31, 22) / 1000;

it("names the day where it begins, in the org's zone", () => {
  const hours = [0, 1, 2, 3].map((hour) => EVENING + hour * 3600);
  expect(axisLabels(hours, "UTC", false)).toEqual(["22:00\n2026-12-31", "23:00", "00:00\n2027-01-01", "01:00"]);
  expect(axisLabels(hours, "Asia/Kolkata", false)).toEqual(["03:30\n2027-01-01", "04:30", "05:30", "06:30"]);
});

it("names the year of days once", () => {
  expect(axisLabels([0, 1, 2].map((day) => EVENING + day * 86_400), "UTC", true)).toEqual(["12-31\n2026", "01-01\n2027", "01-02"]);
});
