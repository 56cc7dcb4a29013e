import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, type MouseEvent, type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import { useLocation, useRouter } from "wouter";

import type { Entry } from "../api/client";
import { statusOf, wordsOf } from "../parts/statuses";
import { type Column, templateOf, widthOf } from "./columns";
import styles from "./EventTable.module.css";
import type { FeedStore, FeedView } from "./store";

const ROW_PX = 34;
const OVERSCAN = 12;

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
    initialOffset: () => store.place.top,
    overscan: OVERSCAN,
  });
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    store.want(first, last);
  }, [store, view, first, last]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element !== null) element.scrollTop = store.place.top;
    return () => {
      if (element !== null) store.place.top = element.scrollTop;
    };
  }, [store]);
  useStandingStill(scroller, view.fresh);
  const moved = useRef(selected - view.fresh);
  useEffect(() => {
    // Only a moved selection scrolls, not every new row.
    if (selected >= 0 && moved.current !== selected - view.fresh) rows.scrollToIndex(selected, { align: "auto" });
    moved.current = selected - view.fresh;
  }, [rows, selected, view.fresh]);
  const template = templateOf(columns);
  const [, go] = useLocation();
  const { base } = useRouter();
  const open = useCallback(
    (event: MouseEvent, index: number, path: string) => {
      // With a modifier the browser opens a tab of its own.
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      onSelect(index);
      go(path);
    },
    [go, onSelect],
  );
  return (
    <div ref={scroller} className={styles.scroller} style={{ height }} role="table" aria-label="Events" aria-rowcount={view.isComplete ? view.rows : -1} tabIndex={0}>
      <div className={styles.body} style={{ height: rows.getTotalSize() + 32, minWidth: widthOf(columns) }}>
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
            onOpen={open}
            base={base}
            from={from}
          />
        ))}
      </div>
    </div>
  );
}

/** What somebody reads further down stays where it is when live entries come in above it; at the top they show. */
function useStandingStill(scroller: RefObject<HTMLDivElement | null>, fresh: number): void {
  const before = useRef(fresh);
  useLayoutEffect(() => {
    const come = fresh - before.current;
    before.current = fresh;
    const element = scroller.current;
    if (come > 0 && element !== null && element.scrollTop > 0) element.scrollTop += come * ROW_PX;
  }, [scroller, fresh]);
}

interface RowProps {
  entry: Entry | undefined;
  columns: Column[];
  template: string;
  top: number;
  index: number;
  isSelected: boolean;
  onOpen: (event: MouseEvent, row: number, path: string) => void;
  base: string;
  from: string;
}

const Row = memo(function Row({ entry, columns, template, top, index, isSelected, onOpen, base, from }: RowProps) {
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
  const path = `/events/${entry.id}${from}`;
  // A plain link: one that watches the address by itself would cost each row as much again.
  return (
    <a
      href={base + path}
      className={`${styles.line} ${styles.row} ${isSelected ? styles.selected : ""}`}
      style={style}
      role="row"
      aria-rowindex={index + 2}
      {...(isSelected ? { "aria-current": true } : {})}
      aria-label={`${wordsOf(statusOf(entry))}, ${entry.eventName ?? "no event name"}, ${entry.message}`}
      onClick={(event) => onOpen(event, index, path)}
    >
      {columns.map((column) => (
        <div key={column.id} className={`${styles.cell} ${column.isRight === true ? styles.right : ""}`} role="cell">
          {column.cell(entry)}
        </div>
      ))}
    </a>
  );
});
