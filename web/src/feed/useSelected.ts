import { useCallback, useState } from "react";

import type { FeedStore } from "./store";

/**
 * Which row is chosen, -1 for none; how to choose another, and how to go so many rows down.
 *
 * It stays with its event when new ones come in above it, and is remembered with the feed.
 */
export function useSelected(store: FeedStore): { selected: number; select: (row: number) => void; move: (by: number) => void } {
  const [, draw] = useState(0);
  const select = useCallback(
    (row: number) => {
      store.place.selected = row - store.view().fresh;
      draw((times) => times + 1);
    },
    [store],
  );
  // Goes by what is chosen now, not by what was drawn last: keys come faster than frames.
  const move = (by: number) => {
    const last = store.view().rows - 1;
    select(Math.min(Math.max(chosen(store) + by, 0), last));
  };
  return { selected: chosen(store), select, move };
}

function chosen(store: FeedStore): number {
  const { selected } = store.place;
  return selected === null ? -1 : Math.max(-1, selected + store.view().fresh);
}
