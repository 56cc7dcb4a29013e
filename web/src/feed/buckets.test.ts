import { expect, it } from "vitest";

import { bucketOf, finerOf, LENGTH_MS, seriesOf } from "./buckets";

it.each([
  [60_000, "minute"],
  [86_400_000, "hour"],
  [30 * 86_400_000, "day"],
])("%d ms are shown by the %s", (length, bucket) => {
  expect(bucketOf(length)).toBe(bucket);
});

it("stacks by how events ended, with zeros where nothing was", () => {
  const step = LENGTH_MS.hour;
  const series = seriesOf(
    [
      { time: 100 * step, status: "EVENT_SUCCESS", count: 3 },
      { time: 102 * step, status: "EMF_PROCESSOR_FAILED", count: 2 },
      { time: 102 * step, count: 1 },
    ],
    "hour",
  );
  expect(series.times.length).toBe(30);
  expect(series.times.at(-1)).toBe((102 * step) / 1000);
  expect([series.good.at(-3), series.bad.at(-2), series.bad.at(-1), series.refused.at(-1)]).toEqual([3, 0, 2, 1]);
  expect(series.total).toBe(6);
});

it("goes finer while everything lies in two bars", () => {
  expect(finerOf("day", [{ time: 1, count: 1 }])).toBe("hour");
  expect(finerOf("minute", [{ time: 1, count: 1 }])).toBe("minute");
  expect(finerOf("day", [1, 2, 3].map((time) => ({ time, count: 1 })))).toBe("day");
});
