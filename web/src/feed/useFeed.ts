import { useEffect, useState, useSyncExternalStore } from "react";

import { type Entry, nextPage, read } from "../api/client";
import { FeedStore, PAGE_ROWS } from "./store";

const LOGS = "/v2/events/logs";

/** The log with these filters, behind one long list. A new `version` begins anew. */
export function useFeed(question: string, version: number) {
  const [store, setStore] = useState(() => storeOf(question));
  useEffect(() => {
    const made = storeOf(question);
    setStore(made);
    return () => made.close();
  }, [question, version]);
  const view = useSyncExternalStore(store.subscribe, store.view);
  return { store, view };
}

function storeOf(question: string): FeedStore {
  const first = new URLSearchParams(question);
  first.set("limit", String(PAGE_ROWS));
  return new FeedStore(async (parameters, signal) => {
    const answer = await read(LOGS, parameters, signal);
    const body = (await answer.json()) as { data: Entry[] };
    return { entries: body.data, next: nextPage(answer) };
  }, first);
}
