import { expect, it } from "vitest";

import { bytesOf } from "./bytes";

it.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1_000, "1.00 KB"],
  [9_999, "10.0 KB"],
  [12_345, "12.3 KB"],
  [99_999, "100 KB"],
  [999_499, "999 KB"],
  [999_999, "1.00 MB"],
  [734_003_200, "734 MB"],
  [53_687_091_200, "53.7 GB"],
  [5e15, "5000 TB"],
])("writes %d as %s", (count, text) => {
  expect(bytesOf(count)).toBe(text);
});
