import { useLocalStorage } from "@mantine/hooks";
import type { ReactNode } from "react";

import type { Entry } from "../api/client";
import { StatusBadge } from "../parts/StatusBadge";
import { statusOf } from "../parts/statuses";
import { lengthOf, Time } from "../parts/time";

export interface Column {
  id: string;
  label: string;
  /** As in CSS `grid-template-columns`. */
  width: string;
  isRight?: boolean;
  cell: (entry: Entry) => ReactNode;
}

export const COLUMNS: Column[] = [
  { id: "time", label: "Time", width: "182px", cell: (entry) => <Time ms={entry.startTime} /> },
  { id: "status", label: "Status", width: "minmax(150px, 230px)", cell: (entry) => <StatusBadge status={statusOf(entry)} /> },
  { id: "name", label: "Event", width: "minmax(120px, 190px)", cell: (entry) => entry.eventName ?? <span title="no event name">–</span> },
  { id: "message", label: "Message", width: "minmax(160px, 2fr)", cell: (entry) => entry.message },
  { id: "input", label: "Input", width: "minmax(160px, 3fr)", cell: (entry) => <span className="mono">{entry.inputRequest}</span> },
  { id: "response", label: "Took", width: "76px", isRight: true, cell: (entry) => lengthOf(entry.responseTime) },
  { id: "webhook", label: "Webhook", width: "110px", cell: (entry) => <span className="mono">{entry.webhookId}</span> },
  { id: "org", label: "Org", width: "84px", isRight: true, cell: (entry) => entry.orgId },
  { id: "id", label: "Request id", width: "290px", cell: (entry) => <span className="mono">{entry.id}</span> },
];

const SHOWN_AT_FIRST = ["time", "status", "name", "message", "input", "response"];

/** The columns that this browser shows, kept from visit to visit. */
export function useColumns() {
  const [shown, setShown] = useLocalStorage({ key: "hooklog-columns", defaultValue: SHOWN_AT_FIRST, getInitialValueInEffect: false });
  return { columns: COLUMNS.filter((column) => shown.includes(column.id)), shown, setShown };
}
