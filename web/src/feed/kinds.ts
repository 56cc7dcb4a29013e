import type { Bucket, Series } from "./buckets";

export const HEIGHT_PX = 112;

/** What is stacked, from the top, with a colour for each theme. */
export const KINDS = [
  { label: "refused", light: "#adb5bd", dark: "#5c636a" },
  { label: "failed", light: "#f08c00", dark: "#e8890c" },
  { label: "success", light: "#12b886", dark: "#0ca678" },
] as const;

/** The chart in words. */
export function summaryOf(series: Series, bucket: Bucket): string {
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return `Events by ${bucket}: ${sum(series.good)} successes, ${sum(series.bad)} failures, ${sum(series.refused)} refused`;
}
