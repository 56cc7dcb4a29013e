import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef } from "react";
import { Link } from "wouter";

import type { Entry } from "../api/client";
import { statusOf, wordsOf } from "../parts/statuses";
import type { Column } from "./columns";
import styles from "./EventTable.module.css";
import type { FeedStore, FeedView } from "./store";

const ROW_PX = 34;
const OVERSCAN = 12;
const COLUMN_PX_MIN = 128;

interface Props {
  store: FeedStore;
  view: FeedView;
  columns: Column[];
  selected: number;
  onSelect: (row: number) => void;
  height: string;
  from: string;
}

/** The log as one long table of which only what is in sight is drawn; the same one for history and live mode. */
export function EventTable({ store, view, columns, selected, onSelect, height, from }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: view.rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  });
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    store.want(first, last);
  }, [store, view, first, last]);
  useEffect(() => {
    if (selected >= 0) rows.scrollToIndex(selected, { align: "auto" });
    // Only a moved selection scrolls, not every new row.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected]);
  const template = columns.map((column) => column.width).join(" ");
  return (
    <div ref={scroller} className={styles.scroller} style={{ height }} role="table" aria-label="Events" aria-rowcount={view.isComplete ? view.rows : -1} tabIndex={0}>
      <div className={styles.body} style={{ height: rows.getTotalSize() + 32, minWidth: columns.length * COLUMN_PX_MIN }}>
        <div className={`${styles.line} ${styles.head}`} style={{ gridTemplateColumns: template }} role="row">
          {columns.map((column) => (
            <div key={column.id} className={`${styles.cell} ${column.isRight === true ? styles.right : ""}`} role="columnheader">
              {column.label}
            </div>
          ))}
        </div>
        {items.map((item) => (
          <Row
            key={store.row(item.index)?.id ?? item.key}
            entry={store.row(item.index)}
            columns={columns}
            template={template}
            top={item.start + 32}
            index={item.index}
            isSelected={item.index === selected}
            onSelect={onSelect}
            from={from}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  entry: Entry | undefined;
  columns: Column[];
  template: string;
  top: number;
  index: number;
  isSelected: boolean;
  onSelect: (row: number) => void;
  from: string;
}

const Row = memo(function Row({ entry, columns, template, top, index, isSelected, onSelect, from }: RowProps) {
  const style = { gridTemplateColumns: template, transform: `translateY(${top}px)` };
  if (entry === undefined) {
    return (
      <div className={`${styles.line} ${styles.row}`} style={style} role="row" aria-busy="true">
        {columns.map((column) => (
          <div key={column.id} role="cell">
            <div className={styles.ghost} />
          </div>
        ))}
      </div>
    );
  }
  return (
    <Link
      href={`/events/${entry.id}${from}`}
      className={`${styles.line} ${styles.row} ${isSelected ? styles.selected : ""}`}
      style={style}
      role="row"
      aria-rowindex={index + 2}
      aria-label={`${wordsOf(statusOf(entry))}, ${entry.eventName ?? "no event name"}, ${entry.message}`}
      onClick={() => onSelect(index)}
    >
      {columns.map((column) => (
        <div key={column.id} className={`${styles.cell} ${column.isRight === true ? styles.right : ""}`} role="cell">
          {column.cell(entry)}
        </div>
      ))}
    </Link>
  );
});
