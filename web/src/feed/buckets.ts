import { SUCCESS, UNAUTHORIZED } from "../parts/statuses";
import type { CountRow } from "./useCounts";

export type Bucket = "minute" | "hour" | "day";

export const LENGTH_MS: Record<Bucket, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const BARS_MAX = 120;
// A lone bar would fill the whole width; so there are at least this many places.
const BARS_MIN = 30;

/** The finest bucket with which a range is at most 120 bars. */
export function bucketOf(lengthMs: number): Bucket {
  if (lengthMs <= BARS_MAX * LENGTH_MS.minute) return "minute";
  return lengthMs <= BARS_MAX * LENGTH_MS.hour ? "hour" : "day";
}

/** Successes, and failures by what they are, over time; times are seconds, as uPlot wants them. */
export interface Series {
  times: number[];
  good: number[];
  bad: number[];
  refused: number[];
  total: number;
}

const REFUSED: ReadonlySet<string> = new Set([UNAUTHORIZED, "INVALID_REQUEST_BODY", "REQUEST_TOO_LARGE", "WEBHOOK_DISABLED"]);

/** Counts by time and status as three series, with zeros where nothing was. */
export function seriesOf(rows: CountRow[], bucket: Bucket): Series {
  const byTime = new Map<number, [number, number, number]>();
  let total = 0;
  for (const { time = 0, status = UNAUTHORIZED, count } of rows) {
    const cell = byTime.get(time) ?? [0, 0, 0];
    const kind = status === SUCCESS ? 0 : REFUSED.has(status) ? 2 : 1;
    cell[kind] += count;
    byTime.set(time, cell);
    total += count;
  }
  const known = [...byTime.keys()].sort((a, b) => a - b);
  const times = padded(filled(known, LENGTH_MS[bucket]), LENGTH_MS[bucket]);
  const of = (kind: 0 | 1 | 2) => times.map((time) => byTime.get(time)?.[kind] ?? 0);
  return { times: times.map((time) => time / 1000), good: of(0), bad: of(1), refused: of(2), total };
}

function padded(times: number[], step: number): number[] {
  const first = times[0];
  if (first === undefined) return times;
  const missing = Math.max(0, BARS_MIN - times.length);
  return [...Array.from({ length: missing }, (_, at) => first - (missing - at) * step), ...times];
}

/** A finer bucket, where all that was counted lies within two coarse ones. */
export function finerOf(bucket: Bucket, rows: CountRow[] | undefined): Bucket {
  if (rows === undefined || bucket === "minute" || new Set(rows.map((row) => row.time)).size > 2) return bucket;
  return bucket === "day" ? "hour" : "minute";
}

function filled(known: number[], step: number): number[] {
  const times: number[] = [];
  for (const time of known) {
    let next = (times.at(-1) ?? time) + step;
    // A gap of more than a screen of bars is left as it is.
    if ((time - next) / step < 2_000) {
      for (; times.length > 0 && next < time; next += step) times.push(next);
    }
    times.push(time);
  }
  return times;
}
