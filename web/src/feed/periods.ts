/** The periods one chooses from; `value` stands in the URL as `last=`. */
export const PERIODS = [
  { value: "", label: "All time", ms: 0 },
  { value: "15m", label: "Last 15 min", ms: 15 * 60_000 },
  { value: "1h", label: "Last hour", ms: 3_600_000 },
  { value: "24h", label: "Last 24 h", ms: 86_400_000 },
  { value: "7d", label: "Last 7 days", ms: 7 * 86_400_000 },
  { value: "30d", label: "Last 30 days", ms: 30 * 86_400_000 },
];

/** The filters as the API takes them: a period becomes the instant at which it begins. */
export function questionOf(filters: URLSearchParams, period: string, now: number): string {
  const asked = new URLSearchParams(filters);
  const length = PERIODS.find((one) => one.value === period)?.ms ?? 0;
  if (length > 0 && !asked.has("from_date") && !asked.has("to_date")) asked.set("from_date", String(now - length));
  return asked.toString();
}
