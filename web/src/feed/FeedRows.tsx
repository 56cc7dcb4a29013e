import { useSyncExternalStore } from "react";
import { useLocation } from "wouter";

import { ErrorState } from "../parts/ErrorState";
import { useShortcuts } from "../shell/keyboard";
import type { Column } from "./columns";
import { EventTable } from "./EventTable";
import type { FeedStore } from "./store";
import { useSelected } from "./useSelected";

interface Props {
  store: FeedStore;
  columns: Column[];
  /** What is put behind an event's address, for the way back. */
  from: string;
}

/** The table and what is chosen in it; drawn anew with every page that comes, and the page around it is not. */
export function FeedRows({ store, columns, from }: Props) {
  const view = useSyncExternalStore(store.subscribe, store.view);
  const { selected, select, move } = useSelected(store);
  const [, go] = useLocation();
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    Enter: () => {
      const entry = store.row(selected);
      if (entry !== undefined) go(`/events/${entry.id}${from}`);
    },
  });
  return (
    <>
      {view.error !== null && <ErrorState error={view.error} onRetry={() => store.retry()} />}
      <EventTable store={store} view={view} columns={columns} selected={selected} onSelect={select} height="100%" from={from} />
    </>
  );
}
