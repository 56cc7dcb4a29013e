import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { type Entry, nextPage, read } from "../api/client";
import { questionOf } from "./periods";
import { FeedStore, PAGE_ROWS } from "./store";

const LOGS = "/v2/events/logs";
const KEPT = ["feed-kept"];

/** A feed as it was left, so that whoever comes back from an event is where they were. Gone with the session. */
interface Kept {
  asked: string;
  /** As the API takes it; a period such as "last hour" begins where it did. */
  question: string;
  store: FeedStore;
  wasLeft: boolean;
}

/** The log with these filters, behind one long list; `refresh` begins anew. */
export function useFeed(filters: URLSearchParams, period: string) {
  const queries = useQueryClient();
  const asked = `${period} ${filters}`;
  const [version, setVersion] = useState(0);
  const kept = useMemo(
    () => keptOf(queries, asked, () => questionOf(filters, period, Date.now())),
    // A refresh has forgotten what was kept.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [queries, asked, version],
  );
  const { store, question } = kept;
  useEffect(() => {
    if (kept.wasLeft) void kept.store.freshen();
    return () => {
      kept.wasLeft = true;
    };
  }, [kept]);
  const refresh = () => {
    queries.removeQueries({ queryKey: KEPT });
    store.close();
    setVersion((one) => one + 1);
  };
  return { store, question, refresh };
}

function keptOf(queries: QueryClient, asked: string, question: () => string): Kept {
  const known = queries.getQueryData<Kept>(KEPT);
  if (known?.asked === asked) return known;
  known?.store.close();
  const text = question();
  const made: Kept = { asked, question: text, store: storeOf(text), wasLeft: false };
  queries.setQueryDefaults(KEPT, { gcTime: Number.POSITIVE_INFINITY, structuralSharing: false });
  queries.setQueryData(KEPT, made);
  return made;
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
