import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { type ReactNode, useMemo } from "react";

import type { Entry } from "../api/client";
import { statusOf } from "../parts/statuses";
import { BriefTime, lengthOf, Time } from "../parts/time";
import { StatusMark } from "./StatusMark";

export interface Column {
  id: string;
  label: string;
  /** Pixels that it has at least, and its share of what is left; 0 for a width that is fixed. */
  px: number;
  share: number;
  isRight?: boolean;
  cell: (entry: Entry) => ReactNode;
}

const TIME: Column = { id: "time", label: "Time", px: 182, share: 0, cell: (entry) => <Time ms={entry.startTime} /> };
const STATUS: Column = { id: "status", label: "Status", px: 176, share: 1, cell: (entry) => <StatusMark status={statusOf(entry)} /> };
const NAME: Column = { id: "name", label: "Event", px: 112, share: 1, cell: (entry) => entry.eventName ?? <span title="no event name">–</span> };

export const COLUMNS: Column[] = [
  TIME,
  STATUS,
  NAME,
  { id: "message", label: "Message", px: 150, share: 2, cell: (entry) => entry.message },
  { id: "input", label: "Input", px: 150, share: 3, cell: (entry) => <span className="mono">{entry.inputRequest}</span> },
  { id: "response", label: "Took", px: 76, share: 0, isRight: true, cell: (entry) => lengthOf(entry.responseTime) },
  { id: "webhook", label: "Webhook", px: 110, share: 0, cell: (entry) => <span className="mono">{entry.webhookId}</span> },
  { id: "org", label: "Org", px: 84, share: 0, isRight: true, cell: (entry) => entry.orgId },
  { id: "id", label: "Request id", px: 290, share: 0, cell: (entry) => <span className="mono">{entry.id}</span> },
];

// A phone has room for when, how and what; the rest is one tap away.
const NARROW: ReadonlyMap<string, Column> = new Map(
  [
    { ...TIME, px: 104, cell: (entry: Entry) => <BriefTime ms={entry.startTime} /> },
    { ...STATUS, px: 104 },
    { ...NAME, px: 92 },
  ].map((column) => [column.id, column]),
);

const GAP_PX = 12;

/** The columns side by side, for CSS `grid-template-columns`. */
export function templateOf(columns: Column[]): string {
  return columns.map(({ px, share }) => (share === 0 ? `${px}px` : `minmax(${px}px, ${share}fr)`)).join(" ");
}

/** Pixels that a line of these columns takes at least. */
export function widthOf(columns: Column[]): number {
  return columns.reduce((sum, column) => sum + column.px + GAP_PX, GAP_PX);
}

const SHOWN_AT_FIRST = ["time", "status", "name", "message", "input", "response"];
const SHOWN_NARROW = ["time", "status", "name"];

/** The columns that this browser shows, kept from visit to visit; on a phone fewer at first. */
export function useColumns() {
  const isNarrow = useMediaQuery("(max-width: 36em)", false, { getInitialValueInEffect: false });
  const [chosen, setShown] = useLocalStorage<string[] | null>({ key: "hooklog-columns", defaultValue: null, getInitialValueInEffect: false });
  const shown = chosen ?? (isNarrow ? SHOWN_NARROW : SHOWN_AT_FIRST);
  // The same list as long as it is the same: every row is drawn anew when it changes.
  const columns = useMemo(
    () => COLUMNS.filter((column) => shown.includes(column.id)).map((column) => (isNarrow ? (NARROW.get(column.id) ?? column) : column)),
    [shown, isNarrow],
  );
  return { columns, shown, setShown };
}
