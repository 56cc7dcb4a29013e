import { useMemo } from "react";

import { useWho } from "../api/session";

/** Ways to write an instant (epoch milliseconds) in the org's time zone. */
export interface Clock {
  zone: string;
  full: (ms: number) => string;
  clock: (ms: number) => string;
  day: (ms: number) => string;
  /** Without year and milliseconds. */
  brief: (ms: number) => string;
}

export function useClock(): Clock {
  const { timeZone } = useWho();
  return useMemo(() => clockOf(timeZone), [timeZone]);
}

export function clockOf(zone: string): Clock {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  const time = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hour12: false,
  });
  return {
    zone,
    day: (ms) => day.format(ms),
    clock: (ms) => time.format(ms),
    brief: (ms) => `${day.format(ms).slice(5)} ${time.format(ms).slice(0, 8)}`,
    full: (ms) => `${day.format(ms)} ${time.format(ms)}`,
  };
}

/** `1234` as "1.2 s", `3` as "3 ms". */
export function lengthOf(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1000) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

/** An instant with its full form for screen readers and on hover. */
export function Time({ ms, short = false }: { ms: number; short?: boolean }) {
  const clock = useClock();
  const full = clock.full(ms);
  return (
    <time dateTime={new Date(ms).toISOString()} title={`${full} ${clock.zone}`}>
      {short ? clock.clock(ms) : full}
    </time>
  );
}

/** An instant where there is little room: `11-27 00:25:33`. */
export function BriefTime({ ms }: { ms: number }) {
  const clock = useClock();
  return (
    <time dateTime={new Date(ms).toISOString()} title={`${clock.full(ms)} ${clock.zone}`}>
      {clock.brief(ms)}
    </time>
  );
}
